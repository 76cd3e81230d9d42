// What services read and write comes with the library.
@_exported import Encodings
@_exported import JSON
