/// The version of everything in this repository: `scripts/version` reads it here, writes it into the other
/// places that have it, and `make check` compares them.
let version = "0.1.0"
/// When that version was made; in the manual page.
let releaseDate = "2026-11-23"
