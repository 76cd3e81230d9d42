/// What is wrong with something that a client has sent, or with something that a response is to send.
///
/// ```swift
/// do throws(InvalidInput) {
///   let form = try FormFields(request.content)
///   let amount = try form.value("amount", as: Int.self) ?? 0
///   response.write(Int64(amount))
/// } catch {
///   response.fail(.badRequest, error.expectation)   // "an integer from -2147483648 to 2147483647"
/// }
/// ```
public struct InvalidInput: Error, Sendable {
  /// What it is about: the name that was asked for ("amount"), or the kind of thing ("form field", "part").
  public let subject: StaticString
  /// What should have been there, to be put behind "expected": "a number", "two hexadecimal digits behind %".
  public let expectation: StaticString
  /// The place of the field or part among those of the content, from 1 on; 0 where there is no such place.
  public let number: Int
  /// Where in the octets that were read the name of the field or part is, as it was sent; empty where it has none, or
  /// where it has not been found.
  public let name: Range<Int>

  /// - Parameters:
  ///   - subject: what it is about.
  ///   - expectation: what should have been there.
  ///   - number: the place among those of the content, from 1 on.
  ///   - name: where its name is in the octets that were read.
  public init(
    _ subject: StaticString, expectation: StaticString, number: Int = 0, name: Range<Int> = 0..<0
  ) {
    self.subject = subject
    self.expectation = expectation
    self.number = number
    self.name = name
  }
}
