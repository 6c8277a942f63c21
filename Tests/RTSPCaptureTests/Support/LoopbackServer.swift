import Foundation
import RTSPCapture

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A TCP server on loopback, on a port of the system's choice, with a thread for each connection.
///
/// Let go of, it closes everything and waits for its threads.
final class LoopbackServer: Sendable {
    /// One client.
    final class Connection: Sendable {
        /// Its number, from 1.
        let number: Int
        private let socket: Int32

        init(number: Int, socket: Int32) {
            self.number = number
            self.socket = socket
        }

        /// Reads up to an empty line; nil when the client has gone.
        func readHead() -> String? {
            var head: [UInt8] = []
            while !head.ends(with: [13, 10, 13, 10]) {
                guard let byte = read(1) else { return nil }
                // An RTSP client's receiver report, between its requests.
                if head.isEmpty && byte[0] == UInt8(ascii: "$") {
                    guard let header = read(3), read(Int(header[1]) << 8 | Int(header[2])) != nil else { return nil }
                    continue
                }
                head += byte
            }
            return String(decoding: head, as: UTF8.self)
        }

        private func read(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            return recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
        }

        /// Writes everything, or gives false when the client has gone.
        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// Waits until the client closes, or the server ends.
        func waitForEnd() {
            while read(1) != nil {}
        }

        fileprivate func shutDown() { shutdown(socket, Int32(SHUT_RDWR)) }

        fileprivate func closeSocket() { close(socket) }
    }

    let port: Int
    private let listener: Int32
    private let state = Monitor(State())

    private struct State: Sendable {
        var accepted = 0
        var running = 0
        var isStopped = false
        var connections: [Int: Connection] = [:]
    }

    /// Starts a server that calls `serve` for each client, and closes the connection when it returns.
    init(_ serve: @escaping @Sendable (Connection) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, length) == 0 && listen(listener, 64) == 0)
                getsockname(listener, pointer, &length)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        state.withLock { $0.running += 1 }
        Thread { [listener, state] in
            LoopbackServer.accept(listener, state, serve)
            state.withLock { $0.running -= 1 }
        }.start()
    }

    deinit { stop() }

    /// How many clients have connected.
    var accepted: Int { state.withLock { $0.accepted } }

    /// Closes everything, and waits until all threads are done.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            for connection in state.connections.values { connection.shutDown() }
            return !state.isStopped
        }
        if isFirst { shutdown(listener, Int32(SHUT_RDWR)) }
        _ = state.wait(until: .now + .seconds(10)) { $0.running == 0 ? true : nil }
        if isFirst { close(listener) }
    }

    private static func accept(
        _ listener: Int32,
        _ state: Monitor<State>,
        _ serve: @escaping @Sendable (Connection) -> Void
    ) {
        while true {
            let socket = acceptConnection(listener, nil, nil)
            guard socket >= 0 else { return }
            var on: Int32 = 1
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            let connection: Connection? = state.withLock { state in
                if state.isStopped { return nil }
                state.accepted += 1
                state.running += 1
                let connection = Connection(number: state.accepted, socket: socket)
                state.connections[connection.number] = connection
                return connection
            }
            guard let connection else {
                close(socket)
                return
            }
            Thread {
                serve(connection)
                state.withLock { state in
                    state.connections[connection.number] = nil
                    connection.closeSocket()
                    state.running -= 1
                }
            }.start()
        }
    }

    /// A port that nobody listens on.
    static func unusedPort() -> Int {
        let server = LoopbackServer { _ in }
        server.stop()
        return server.port
    }
}

extension Array where Element: Equatable {
    func ends(with other: [Element]) -> Bool { suffix(other.count).elementsEqual(other) }
}

private func acceptConnection(
    _ listener: Int32,
    _ address: UnsafeMutablePointer<sockaddr>?,
    _ length: UnsafeMutablePointer<socklen_t>?
) -> Int32 {
    accept(listener, address, length)
}
