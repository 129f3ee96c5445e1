internal import CCurl
internal import Glibc

/// Makes libcurl ask `transfer` (unretained: it outlives its handle) at the points where this module decides.
func installTransferCallbacks(
    on handle: CurlHandle, transfer: UnsafeMutableRawPointer, context: TransferContext
) -> Bool {
    // A connection may be closed long after the transfer that opened it: the context outlives both.
    let context = Unmanaged.passUnretained(context).toOpaque()
    let results = [
        ccurl_set_open_callback(handle, openSocket),
        ccurl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, transfer),
        ccurl_set_close_callback(handle, closeSocket),
        ccurl_set_pointer(handle, CURLOPT_CLOSESOCKETDATA, context),
        ccurl_set_prerequest_callback(handle, beforeRequest),
        ccurl_set_pointer(handle, CURLOPT_PREREQDATA, transfer),
        ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION, takeHeadLine),
        ccurl_set_pointer(handle, CURLOPT_HEADERDATA, transfer),
        ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION, takeBody),
        ccurl_set_pointer(handle, CURLOPT_WRITEDATA, transfer),
    ]
    return results.allSatisfy { $0 == CURLE_OK }
}

private func transfer(_ user: UnsafeMutableRawPointer?) -> Transfer? {
    user.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

/// The address is judged here, before a packet leaves: a name may have been bound anew since its registration.
private let openSocket: curl_opensocket_callback = { user, _, address in
    guard let transfer = transfer(user), let address,
        let target = ccurl_address(address), transfer.mayConnect(to: IPAddress(target))
    else { return CURL_SOCKET_BAD }
    let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let opened = socket(address.pointee.family, type, address.pointee.protocol)
    guard opened >= 0 else {
        // An address family that this machine lacks is no reason to blame ourselves.
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { transfer.lacksDescriptors() }
        return CURL_SOCKET_BAD
    }
    transfer.didOpen(opened)
    return opened
}

private let closeSocket: ccurl_close_callback = { user, socket in
    guard let user else { return close(socket) }
    return Unmanaged<TransferContext>.fromOpaque(user).takeUnretainedValue().sockets.close(socket)
}

private let beforeRequest: curl_prereq_callback = { user, remoteAddress, localAddress, remotePort, localPort in
    guard let transfer = transfer(user), let remoteAddress, let localAddress else { return CURL_PREREQFUNC_ABORT }
    let ends = SocketTable.Ends(
        remoteAddress: String(cString: remoteAddress), remotePort: remotePort,
        localAddress: String(cString: localAddress), localPort: localPort)
    return transfer.maySend(between: ends) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private let takeHeadLine: ccurl_data_callback = { bytes, size, count, user in
    taken(bytes, size * count, by: transfer(user)) { $0.takeHeadLine($1) }
}

private let takeBody: ccurl_data_callback = { bytes, size, count, user in
    taken(bytes, size * count, by: transfer(user)) { $0.takeBody($1) }
}

/// The count of bytes taken, as libcurl wants it. Any other count than the given one ends the transfer.
private func taken(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, by transfer: Transfer?,
    _ take: (Transfer, UnsafeBufferPointer<UInt8>) -> Bool
) -> Int {
    guard count > 0 else { return 0 }
    guard let transfer, let bytes else { return 0 }
    let isTaken = bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
        take(transfer, UnsafeBufferPointer(start: $0, count: count))
    }
    return isTaken ? count : 0
}
