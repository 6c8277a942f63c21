import StreamBrokerCore

/// libFuzzer's entry: a request's method, target and host, a line each, through what finds the resource that is meant.
///
/// A stream id that comes out is one that the rules allow, and is found again when its address is made of it: nothing is decoded
/// twice, and no encoding leads to another resource than the plain one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    if let host = lines.last, HostField.isValid(host) {
        precondition(
            host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }
        )
    }
    guard lines.count > 1, let target = try? RequestTarget(lines[1]) else { return 0 }
    precondition(target.path.hasPrefix("/"))
    guard let route = try? Route(method: lines[0], target: target) else { return 0 }
    switch route {
    case .ingest(let id): checkAgain(route, method: "POST", address: "/ingest/\(id)", ids: [id])
    case .viewer(let id): checkAgain(route, method: "GET", address: "/ws/\(id)", ids: [id])
    case .snapshot(let id): checkAgain(route, method: "GET", address: "/snapshot/\(id)", ids: [id])
    case .multipart(let id): checkAgain(route, method: "GET", address: "/multipart/\(id)", ids: [id])
    case .stream(let id): checkAgain(route, method: "HEAD", address: "/api/streams/\(id)", ids: [id])
    case .viewerOfMany(let ids):
        precondition(ids.count <= Route.maximumStreamsPerSocket && Set(ids).count == ids.count)
        let list = ids.map(\.name).joined(separator: ",")
        checkAgain(route, method: "GET", address: "/ws?streams=\(list)", ids: ids)
    case .streams, .health, .livez, .readyz, .metrics, .asset: break
    }
    return 0
}

private func checkAgain(_ route: Route, method: String, address: String, ids: [StreamID]) {
    for id in ids {
        precondition((1...StreamID.maximumLength).contains(id.name.utf8.count))
        precondition(id.name.utf8.allSatisfy(isAllowed), "an id of other characters")
    }
    let again = try? RequestTarget(address)
    precondition(
        again.flatMap { try? Route(method: method, target: $0) } == route,
        "the plain address means something else"
    )
}

private func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "~"):
        true
    default: false
    }
}
