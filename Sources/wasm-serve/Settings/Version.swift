/// The version of everything in this repository: `scripts/version` reads it here, writes it into the other
/// places that have it, and `make check` compares them.
let version = "0.1.0"
/// The commit that this was built from, in 40 hexadecimal digits. `scripts/stamp` finds them in the built program by
/// the mark before them. Zeros: the build is not of a commit.
let commit = String("@commit:0000000000000000000000000000000000000000".dropFirst(8))
/// When that version was made; in the manual page.
let releaseDate = "2026-11-23"
