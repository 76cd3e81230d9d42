/// Decodes chunked content in place: chunk by chunk the content moves up against what has been
/// decoded before, and size lines and trailers vanish (RFC 9112 7.1).
///
///     chunked-body = *( chunk-size [ chunk-ext ] CRLF chunk-data CRLF ) "0" [ chunk-ext ] CRLF
///                    trailer-section CRLF
struct ChunkedContentReader: ~Copyable {
  private enum State {
    case sizeStart, size, sizeLineEnd
    case extensionSpace, extensionNameStart, extensionName, extensionNameSpace
    case extensionValueStart, extensionValue, quoted, quotedPair, extensionEnd
    case data, dataEnd, dataLineEnd
    case trailers

    var isInExtension: Bool {
      switch self {
      case .extensionSpace, .extensionNameStart, .extensionName, .extensionNameSpace,
        .extensionValueStart, .extensionValue, .quoted, .quotedPair, .extensionEnd:
        true
      default:
        false
      }
    }
  }

  /// Octets of chunk extensions, and of superfluous zeros, in one request (RFC 9112 7.1.1).
  static var extensionLimit: Int { 4096 }

  /// Whether an octet of the content has come, be it only of a chunk's size.
  private(set) var hasBegun = false
  private var state = State.sizeStart
  /// What is left of the chunk being read.
  private var chunk: Int64 = 0
  private var extensionOctets = 0
  private var trailerOctets = 0
  private var trailers = FieldSectionReader()

  /// Reads on from `position`; true when the content is complete and `position` behind it.
  ///
  /// - Parameters:
  ///   - end: where the content decoded so far ends, at most `position`.
  ///   - limit: where it may end at the most: one octet more is too large.
  mutating func read(
    _ octets: inout MutableSpan<UInt8>, _ position: inout Int, contentEnd end: inout Int,
    limit: Int, trailerLimit: Int
  ) throws(RequestError) -> Bool {
    let count = octets.count
    if position < count { hasBegun = true }
    while position < count {
      if state == .data {
        let length = Int(min(chunk, Int64(count &- position)))
        octets.move(position..<position &+ length, to: end)
        end &+= length
        position &+= length
        chunk &-= Int64(length)
        if chunk == 0 { state = .dataEnd }
        continue
      }
      if state == .trailers {
        let start = position
        // What is over the limit is not read: it could change what is wrong with the section.
        let end = start &+ min(count &- start, trailerLimit &- trailerOctets)
        let step = try trailers.read(octets.span.extracting(first: end), &position)
        trailerOctets &+= position &- start
        // Trailer fields are read for their grammar and dropped: none of them may change how the
        // message was framed, and no handler asks for any (RFC 9110 6.5.1).
        if step == .end { return true }
        if position < count && trailerOctets == trailerLimit { throw .trailerSectionTooLarge }
        continue
      }
      try readOctet(octets[position], room: limit &- end)
      position &+= 1
    }
    return false
  }

  private mutating func readOctet(_ octet: UInt8, room: Int) throws(RequestError) {
    if state.isInExtension { try countExtensionOctet() }
    switch state {
    case .sizeStart:
      guard let digit = octet.hexadecimalValue else { throw .invalidChunkSize }
      chunk = Int64(digit)
      state = .size
      try checkRoom(room)

    case .size:
      if let digit = octet.hexadecimalValue {
        if chunk == 0 { try countExtensionOctet() }
        // Before the step, so that no number of digits can overflow (RFC 9112 7.1).
        guard chunk <= Int64(room) >> 4 else { throw .requestTooLarge }
        chunk = chunk << 4 | Int64(digit)
        try checkRoom(room)
      } else {
        try endSize(octet)
      }

    // chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
    case .extensionSpace:
      if octet == UInt8(ascii: ";") {
        state = .extensionNameStart
      } else if !octet.isWhitespace {
        throw .invalidChunkSize
      }

    case .extensionNameStart:
      if OctetSet.token.contains(octet) {
        state = .extensionName
      } else if !octet.isWhitespace {
        throw .invalidChunkExtension
      }

    case .extensionName where OctetSet.token.contains(octet):
      break

    case .extensionName, .extensionNameSpace:
      if octet == UInt8(ascii: "=") {
        state = .extensionValueStart
      } else if octet.isWhitespace {
        state = .extensionNameSpace
      } else if octet == UInt8(ascii: ";") {
        state = .extensionNameStart
      } else {
        // Whitespace at the end of the line belongs to nothing.
        guard octet == .carriageReturn, state == .extensionName else {
          throw .invalidChunkExtension
        }
        state = .sizeLineEnd
      }

    case .extensionValueStart:
      if octet == UInt8(ascii: "\"") {
        state = .quoted
      } else if OctetSet.token.contains(octet) {
        state = .extensionValue
      } else if !octet.isWhitespace {
        throw .invalidChunkExtension
      }

    case .extensionValue where OctetSet.token.contains(octet):
      break

    case .extensionValue, .extensionEnd:
      if octet == UInt8(ascii: ";") {
        state = .extensionNameStart
      } else if octet == .carriageReturn {
        state = .sizeLineEnd
      } else if octet.isWhitespace {
        state = .extensionSpace
      } else {
        throw .invalidChunkExtension
      }

    case .quoted:
      if octet == UInt8(ascii: "\"") {
        state = .extensionEnd
      } else if octet == UInt8(ascii: "\\") {
        state = .quotedPair
      } else if !OctetSet.quotedText.contains(octet) {
        throw .invalidChunkExtension
      }

    case .quotedPair:
      guard OctetSet.fieldValue.contains(octet) else { throw .invalidChunkExtension }
      state = .quoted

    case .sizeLineEnd:
      guard octet == .lineFeed else { throw .bareCarriageReturn }
      state = chunk == 0 ? .trailers : .data

    case .dataEnd:
      guard octet == .carriageReturn else { throw .invalidChunkEnd }
      state = .dataLineEnd

    case .dataLineEnd:
      guard octet == .lineFeed else { throw .invalidChunkEnd }
      state = .sizeStart

    case .data, .trailers:
      break  // read by the run, above
    }
  }

  private mutating func endSize(_ octet: UInt8) throws(RequestError) {
    if octet == .carriageReturn {
      state = .sizeLineEnd
    } else if octet == UInt8(ascii: ";") {
      state = .extensionNameStart
    } else if octet.isWhitespace {
      state = .extensionSpace
    } else {
      throw .invalidChunkSize
    }
  }

  /// A chunk that cannot fit is refused as soon as its size says so.
  private func checkRoom(_ room: Int) throws(RequestError) {
    if chunk > Int64(room) { throw .requestTooLarge }
  }

  private mutating func countExtensionOctet() throws(RequestError) {
    extensionOctets &+= 1
    if extensionOctets > ChunkedContentReader.extensionLimit { throw .chunkExtensionsTooLarge }
  }
}
