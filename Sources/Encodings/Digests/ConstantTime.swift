/// Whether two spans have the same octets, in a time that does not depend on where they differ: for authentication
/// codes, tokens and other secrets, whose octets could be guessed one by one from how long a comparison takes.
///
/// ```swift
/// let expected: [UInt8] = [0x31, 0x34]
/// guard let token = request.fields["x-token"], isEqualInConstantTime(token, expected.span)
/// else { return response.fail(.forbidden, "wrong token") }
/// ```
///
/// The lengths are no secret: spans of different lengths are unequal at once. (To hide the length of a secret,
/// compare digests of both.)
@inline(never)
public func isEqualInConstantTime(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  // Every octet is looked at: no branch depends on what has been found.
  var difference: UInt8 = 0
  for i in left.indices { difference |= left[i] ^ right[i] }
  return difference == 0
}
