import ServerHarness
import Testing

extension Flavour: CustomTestStringConvertible {
  public var testDescription: String { rawValue }
}

extension DrainCause: CustomTestStringConvertible {
  public var testDescription: String { rawValue }
}

extension Offence.Kind: CustomTestStringConvertible {
  public var testDescription: String { rawValue }
}
