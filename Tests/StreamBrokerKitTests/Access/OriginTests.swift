import NIOHTTP1
import StreamBrokerKit
import Testing

@Suite("Pages of other origins", .timeLimit(.minutes(1)))
struct OriginTests {
    private func allows(_ origin: String?, host: String, isSecure: Bool = false, _ allowed: [String] = []) throws
        -> Bool
    {
        var headers: HTTPHeaders = ["Host": host]
        if let origin { headers.add(name: "Origin", value: origin) }
        return OriginRule(try allowed.map { try WebOrigin($0) }).allows(headers, isSecure: isSecure)
    }

    @Test("The broker's own origin is welcome, and so is who is no page")
    func own() throws {
        #expect(try allows(nil, host: "cameras.example"))
        #expect(try allows("http://cameras.example", host: "cameras.example"))
        #expect(try allows("http://cameras.example:3090", host: "cameras.example:3090"))
        #expect(try allows("http://CAMERAS.example", host: "cameras.EXAMPLE:80"))
        #expect(try allows("https://cameras.example", host: "cameras.example:443", isSecure: true))
        #expect(try allows("http://[2001:db8::1]:3090", host: "[2001:db8::1]:3090"))
    }

    @Test(
        "Everything else is not",
        arguments: [
            "null", "", "http://evil.example", "https://cameras.example:3090", "http://cameras.example",
            "http://cameras.example:3091",
            "http://cameras.example.evil:3090", "http://evil-cameras.example:3090", "http://x.cameras.example:3090",
            "http://cameras.example:3090@evil.example", "http://user@cameras.example:3090",
            "http://cameras.example:3090/",
            "http://cameras.example:03090x", "file://cameras.example:3090", "cameras.example:3090", "http://", "*",
            "http://cameras.example:3090, http://evil.example", "http://cameras.example%2e:3090",
        ]
    )
    func others(origin: String) throws {
        #expect(try allows(origin, host: "cameras.example:3090") == false)
    }

    @Test("Origins that were named are welcome, exactly as they were named")
    func named() throws {
        let named = ["https://page.example", "http://10.0.0.1:8080"]
        #expect(try allows("https://page.example", host: "b:3090", named))
        #expect(try allows("https://page.example:443", host: "b:3090", named))
        #expect(try allows("http://10.0.0.1:8080", host: "b:3090", named))
        for other in ["http://page.example", "https://page.example:444", "https://a.page.example", "http://10.0.0.1"] {
            #expect(try allows(other, host: "b:3090", named) == false)
        }
    }

    @Test("Another port of the same host is welcome on this machine alone, and only when nobody named origins")
    func neighbours() throws {
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            #expect(try allows("http://\(host):3092", host: "\(host):3090"))
            #expect(try allows("http://\(host):3092", host: "\(host):3090", ["https://page.example"]) == false)
        }
        #expect(try allows("http://localhost:3092", host: "127.0.0.1:3090") == false)
        #expect(try allows("http://10.0.0.1:3092", host: "10.0.0.1:3090") == false)
        #expect(try allows("http://localhost.evil.example:3090", host: "localhost:3090") == false)
    }

    @Test(
        "What is no origin is not taken for one",
        arguments: ["page.example", "https://page.example/", "ftp://a", "https://a b", "null", "*"]
    )
    func invalid(text: String) {
        #expect {
            try WebOrigin(text)
        } throws: { ($0 as? AccessError)?.code == .invalidOrigin }
    }

    @Test("WebSockets and posts of other pages are refused with 403, and what they read is kept from them")
    func requests() async throws {
        try await withServer(access: nil) { _, broker, port in
            for origin in [
                "null", "http://evil.example", "https://127.0.0.1.evil.example", "http://127.0.0.1@evil.example", "",
            ] {
                for request in [
                    TestRequest.webSocket("/ws/a"), .webSocket("/ws?streams=a"), .ingest("a"),
                    TestRequest(target: "/ws/a"),
                ] {
                    let reply = try await request.with("Origin: \(origin)").send(port)
                    #expect(reply.status == 403, "\(origin) \(request.target)")
                    #expect(reply.body.contains("pages of this origin may not use the broker"))
                }
                let read = try await TestRequest(target: "/api/streams").with("Origin: \(origin)").send(port)
                #expect(read.status == 200 && !read.text.contains("Access-Control-Allow-Origin"))
            }
            #expect(broker.streamIDs.isEmpty)
            let own = "Origin: http://127.0.0.1:\(port)"
            #expect(try await TestRequest.webSocket("/ws/a").with(own).send(port).status == 101)
            #expect(try await TestRequest.ingest("a").with(own).send(port).status == 202)
            #expect(
                try await TestRequest(target: "/api/streams").with(own).send(port).text.contains(
                    "Access-Control-Allow-Origin: http://127.0.0.1:\(port)"
                )
            )
        }
    }

    @Test("Behind a proxy that took the encryption off, the page's origin is https")
    func forwarded() async throws {
        try await withServer(access: nil) { _, _, port in
            let request = TestRequest.webSocket("/ws/a").with("Origin: https://127.0.0.1:\(port)")
            // On this machine another scheme is a neighbour's.
            let reply = try await request.with("X-Forwarded-Proto: https").send(port)
            #expect(reply.status == 101)
        }
        try await withServer(access: nil, origins: [try WebOrigin("https://page.example")]) { _, _, port in
            let request = TestRequest.webSocket("/ws/a").with("Origin: https://127.0.0.1:\(port)")
            let refused = try await request.send(port)
            #expect(refused.status == 403)
            #expect(try await request.with("X-Forwarded-Proto: https").send(port).status == 101)
            #expect(try await request.with("X-Forwarded-Proto: http").send(port).status == 403)
            let page = TestRequest.webSocket("/ws/a").with("Origin: https://page.example")
            #expect(try await page.send(port).status == 101)
        }
    }
}
