internal import COpenSSL

/// Whether both hold the same bytes, in a time that depends on the lengths only.
public func constantTimeEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard left.count > 0 else { return true }
    return CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
}

/// Whether both hold the same bytes, in a time that depends on the lengths only.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEqual(left, $0) } }
}

/// Whether both hold the same bytes, in a time that depends on the lengths only.
public func constantTimeEqual(_ left: borrowing SecretBytes, _ right: borrowing SecretBytes) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEqual(left, $0) } }
}

/// Whether both are the same value, in constant time.
public func constantTimeEqual(_ left: SHA256Digest, _ right: SHA256Digest) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { constantTimeEqual(left, $0) } }
}
