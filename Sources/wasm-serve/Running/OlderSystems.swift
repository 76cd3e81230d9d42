import CLinux
import Glibc

// Functions that the libraries in this program ask for and that only newer versions of glibc have. In the
// program itself they are there on older systems too (scripts/packaging says which are needed).

/// Of glibc 2.36, for the C++ library's random_device.
@_cdecl("arc4random")
public func randomNumber() -> UInt32 {
  var number: UInt32 = 0
  while getrandom(&number, 4, 0) != 4 {}
  return number
}

/// Of glibc 2.35 in its newest version, for the Swift library's arithmetic.
@_cdecl("hypotf")
public func hypotenuse(_ x: Float, _ y: Float) -> Float {
  if x.isInfinite || y.isInfinite { return .infinity }
  return Float((Double(x) * Double(x) + Double(y) * Double(y)).squareRoot())
}
