import ServerHarness
import Testing

extension Flavour: CustomTestStringConvertible {
  public var testDescription: String { rawValue }
}
