import StreamBrokerCore
import StreamBrokerKit
import Testing

@Suite("Addresses of a broker")
struct BrokerURLTests {
    @Test(
        "Scheme, host and port are read, with the scheme's own port when none is named",
        arguments: [
            ("http://127.0.0.1:3090", false, "127.0.0.1", 3090, ""),
            ("http://example.com", false, "example.com", 80, ""),
            ("HTTPS://example.com", true, "example.com", 443, ""),
            ("https://example.com:8443/cameras/", true, "example.com", 8443, "/cameras"),
            ("ws://[::1]:3090/", false, "::1", 3090, ""),
        ]
    )
    func parts(text: String, isSecure: Bool, host: String, port: Int, basePath: String) throws {
        let url = try BrokerURL(text)
        #expect(url.isSecure == isSecure)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.basePath == basePath)
    }

    @Test("A Unix socket is named by its whole path")
    func sockets() throws {
        let url = try BrokerURL("unix:/run/my cameras/b.sock")
        #expect(url.socketPath == "/run/my cameras/b.sock")
        #expect("\(url)" == "unix:/run/my cameras/b.sock")
        #expect(url.ingestURL(try StreamID("a")) == "http+unix://%2Frun%2Fmy%20cameras%2Fb%2Esock/ingest/a")
        #expect(try BrokerURL("http://h").socketPath == nil)
        for text in ["unix:", "unix:b.sock", "unix:/run/", "unix:/" + String(repeating: "x", count: 103)] {
            #expect { try BrokerURL(text) } throws: { ($0 as? BrokerClientError)?.code == .invalidAddress }
        }
    }

    @Test("Where to post and to look follow from the address")
    func derivedAddresses() throws {
        let stream = try StreamID("front-door")
        #expect(
            try BrokerURL("https://example.com/cameras").ingestURL(stream)
                == "https://example.com/cameras/ingest/front-door"
        )
        #expect(try BrokerURL("http://[::1]:3090").viewerURL(stream) == "ws://[::1]:3090/ws/front-door")
        #expect(try BrokerURL("http://example.com:80").authority == "example.com")
    }

    @Test(
        "What is no address is refused with a reason",
        arguments: [
            "", "127.0.0.1:3090", "ftp://example.com", "http://", "http://host:0", "http://host:70000",
            "http://host:+80",
            "http://host:", "http://[::1", "http://ho st/", "http://host/?a=b", "http://host\u{7}",
        ]
    )
    func refused(text: String) {
        #expect { try BrokerURL(text) } throws: { error in
            (error as? BrokerClientError)?.code == .invalidAddress
        }
    }

    @Test("Credentials are used, and shown nowhere")
    func credentials() throws {
        let url = try BrokerURL("http://user:p%40ss@example.com:3090/x")
        #expect(url.authorization?.revealed == "Basic dXNlcjpwQHNz")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped, url.ingestURL(try StreamID("a"))] {
            #expect(!text.contains("p@ss") && !text.contains("p%40ss") && !text.contains("dXNlcjpwQHNz"))
        }
    }

    @Test(
        "An error does not show a password, not even one in a broken address",
        arguments: [
            "htp://user:canary@host", "http://user:canary@host:99999", "http://user:can/canary@host:x",
            "user:canary@host",
        ]
    )
    func credentialsInErrors(text: String) {
        #expect { try BrokerURL(text) } throws: { error in
            !"\(error)".contains("canary") && !String(reflecting: error).contains("canary")
        }
    }

    @Test("A viewer's address names a stream, and may thin it")
    func viewerURL() throws {
        let url = try ViewerURL("wss://example.com/cameras/ws/front-door?fps=2.5")
        #expect(url.broker.description == "https://example.com/cameras")
        #expect(url.stream.name == "front-door")
        #expect(url.framesPerSecond == 2.5)
        #expect(url.target == "/cameras/ws/front-door?fps=2.5")
        #expect(url.description == "wss://example.com/cameras/ws/front-door?fps=2.5")
        #expect(try ViewerURL("http://localhost:3090/ws/a").description == "ws://localhost:3090/ws/a")
    }

    @Test(
        "An address without a stream, or with a bad one, is refused",
        arguments: [
            "ws://host", "ws://host/", "ws://host/ws", "ws://host/ws/", "ws://host/a", "ws://host/ws/a/b",
            "ws://host/ws/a%2Fb",
            "ws://host/ws/a?fps=0", "ws://host/ws/a?fps=nan", "ws://host/ws/a?token=1",
        ]
    )
    func refusedViewerURL(text: String) {
        #expect { try ViewerURL(text) } throws: { error in
            (error as? BrokerClientError)?.code == .invalidAddress
        }
    }
}
