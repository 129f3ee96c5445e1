internal import COpenSSL

/// The error for an operation of the library that failed, with the code the library left; empties its error queue.
///
/// The queue belongs to the thread and is read by TLS as well, so nothing of ours may stay in it.
func libraryFailure(_ operation: String) -> CryptoError {
    let code = ERR_get_error()
    ERR_clear_error()
    return .libraryFailed(operation: operation, code: UInt(code))
}

/// Throws unless the library returned 1, its word for success.
func check(_ result: Int32, _ operation: String) throws(CryptoError) {
    guard result == 1 else { throw libraryFailure(operation) }
}

/// Returns the handle that the library made, or throws.
func check<Handle>(_ handle: Handle?, _ operation: String) throws(CryptoError) -> Handle {
    guard let handle else { throw libraryFailure(operation) }
    return handle
}

/// Throws unless a value has the length that its format has.
func check(lengthOf name: String, _ found: Int, is expected: Int) throws(CryptoError) {
    guard found == expected else { throw .wrongLength(of: name, expected: expected, found: found) }
}
