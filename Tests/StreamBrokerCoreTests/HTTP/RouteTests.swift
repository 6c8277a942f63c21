import StreamBrokerCore
import Testing

@Suite struct RouteTests {
    private func route(_ method: String, _ target: String) throws(RouteRefusal) -> Route {
        try Route(method: method, target: RequestTarget(target))
    }

    @Test func findsEveryResource() throws {
        let id = try StreamID("front-door")
        #expect(try route("POST", "/ingest/front-door") == .ingest(id))
        #expect(try route("GET", "/ws/front-door?fps=5") == .viewer(id))
        #expect(try route("GET", "/ws?streams=front-door,b") == .viewerOfMany([id, StreamID("b")]))
        #expect(try route("GET", "/ws") == .viewerOfMany([]))
        #expect(try route("HEAD", "/snapshot/front-door") == .snapshot(id))
        #expect(try route("GET", "/multipart/front%2Ddoor") == .multipart(id))
        #expect(try route("GET", "/api/streams") == .streams)
        #expect(try route("GET", "/api/streams/front-door") == .stream(id))
        #expect(try route("GET", "/health") == .health)
        #expect(try route("GET", "/player/painter.js") == .asset(path: "/player/painter.js"))
    }

    @Test(arguments: [
        "..", "../x", "%2e%2e", "%2E%2E%2Fx", "a%2fb", "a%5cb", "a/b", "a%00", "a%0d%0ab", "%252e", "*", ">", "",
        String(repeating: "a", count: 65),
    ])
    func refusesBadStreamIDsOnEveryRoute(_ name: String) {
        for prefix in ["/ws/", "/snapshot/", "/multipart/", "/api/streams/"]
        where prefix + name != "/ws/" && prefix + name != "/api/streams/" {
            #expect(throws: RouteRefusal.self) { try route("GET", prefix + name) }
        }
        #expect(throws: RouteRefusal.self) { try route("POST", "/ingest/" + name) }
    }

    @Test(arguments: ["%", "%2", "%zz", "%ff"]) func refusesBadEncodings(_ name: String) {
        #expect(throws: RouteRefusal.self) { try route("POST", "/ingest/" + name) }
        #expect(throws: RouteRefusal.self) { try route("GET", "/" + name) }
    }

    @Test func tellsTheAllowedMethods() {
        #expect(throws: RouteRefusal.methodNotAllowed(allowed: ["POST"])) { try route("GET", "/ingest/a") }
        #expect(throws: RouteRefusal.methodNotAllowed(allowed: ["GET"])) { try route("POST", "/ws/a") }
        #expect(throws: RouteRefusal.methodNotAllowed(allowed: ["GET", "HEAD"])) { try route("DELETE", "/api/streams") }
    }

    @Test func decodesTheQueryOnce() throws {
        let target = try RequestTarget("/x?a=%2525&b=1+2&c&d=")
        #expect(target.query == ["a": "%25", "b": "1 2", "c": "", "d": ""])
    }

    @Test func refusesTargetsThatAreNoPath() {
        #expect(throws: RouteRefusal.self) { try RequestTarget("http://elsewhere/") }
        #expect(throws: RouteRefusal.self) { try RequestTarget("*") }
        #expect(throws: RouteRefusal.self) { try RequestTarget("") }
    }
}
