import CLinux
import Glibc

// Functions that the libraries in this program need and that only newer versions of glibc have. Defined here,
// they are there on older systems too (scripts/packaging compares the version of glibc that is needed).

/// A random number: glibc has it since 2.36, and the C++ library's random_device needs it.
@_cdecl("arc4random")
public func randomNumber() -> UInt32 {
  var number: UInt32 = 0
  while getrandom(&number, 4, 0) != 4 {}
  return number
}

/// The length of a hypotenuse: its newest version is of glibc 2.35, and the Swift library's arithmetic needs it.
@_cdecl("hypotf")
public func hypotenuse(_ x: Float, _ y: Float) -> Float {
  if x.isInfinite || y.isInfinite { return .infinity }
  return Float((Double(x) * Double(x) + Double(y) * Double(y)).squareRoot())
}
