import Testing
import WasmHost

@testable import CommandLine
@testable import wasm_serve

/// Which variables are taken for misspelt settings.
struct MisspellingTests {
  private static let settings = ServerSettings.all.map(\.name)

  @Test(
    "A name that is nearly a setting's is one",
    arguments: [
      ("PROT", "PORT"), ("PORTS", "PORT"), ("port", "PORT"), ("HSOT", "HOST"),
      ("ADMIN_PROT", "ADMIN_PORT"), ("ADMINPORT", "ADMIN_PORT"), ("LOGLEVEL", "LOG_LEVEL"),
      ("MAX_REQUESTS_SIZE", "MAX_REQUEST_SIZE"), ("MAX-REQUEST-SIZE", "MAX_REQUEST_SIZE"),
      ("CORS_ALLOWED_ORIGIN", "CORS_ALLOW_ORIGIN"), ("Log_Format", "LOG_FORMAT"),
      ("DRAIN_DELY", "DRAIN_DELAY"), ("ACESS_LOG", "ACCESS_LOG"),
    ])
  func near(name: String, setting: String) {
    #expect(Misspelling(name, of: MisspellingTests.settings)?.setting == setting)
  }

  @Test(
    "A setting, and a variable of another purpose, is none",
    arguments: settings + [
      "HOME", "PATH", "PWD", "HOSTNAME", "HTTP_PORT", "KUBERNETES_PORT", "WEB_SERVICE_HOST", "LANG",
      "LOG_FILE", "DRAIN_TIME", "TZ", "SHELL", "LOGNAME", "DRAIN", "TIMEOUT", "A", "",
    ])
  func others(name: String) {
    #expect(Misspelling(name, of: MisspellingTests.settings) == nil)
  }

  @Test("Of its own variables the host looks at those that could be one it was to pass on")
  func own() throws {
    func misspellings(_ words: [String], own: [String]) throws -> [String] {
      try WasmServeTable.table.parse(words + ["x"], into: Settings()).settings
        .misspellings(own: own).map { "\($0.name) \($0.setting)" }
    }
    // (Nothing sets these in a test's environment.)
    let passing = ["--env", "ADMIN_PORT", "--env", "ADMIN_HOSTS"]
    #expect(try misspellings(passing, own: ["ADMIN_PROT", "HOME"]) == ["ADMIN_PROT ADMIN_PORT"])
    #expect(try misspellings(passing, own: ["LOG_LEVLE"]) == [])
    #expect(try misspellings([], own: ["ADMIN_PROT"]) == [])
    #expect(
      try misspellings(["--env", "ADMIN_PORT=1", "--env", "PROT=2"], own: ["ADMIN_PROT"])
        == ["PROT PORT"])
    #expect(try misspellings(passing + ["--env", "ADMIN_PROT=1"], own: ["ADMIN_PROT"]).count == 1)
  }
}
