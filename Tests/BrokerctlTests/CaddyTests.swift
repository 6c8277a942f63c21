import Logging
import Testing
import brokerctl

@Suite("Caddy") struct CaddyTests {
    @Test("A machine of its own gets certificates of Caddy's own authority, for all its names, on one port")
    func ownAuthority() {
        let names = ["localhost", "127.0.0.1", "::1", "hall"]
        let file = Caddyfile(
            certificates: .ownAuthority,
            names: names,
            port: 3090,
            bind: ["127.0.0.1"],
            brokerPort: 3091,
            passphrase: "sesame"
        )
        #expect(
            file.text == """
                {
                \tadmin off
                \tskip_install_trust
                \tauto_https disable_redirects
                \tdefault_sni localhost
                \tlog {
                \t\toutput stderr
                \t\tformat json
                \t\tlevel INFO
                \t}
                }

                https://localhost:3090, https://127.0.0.1:3090, https://[::1]:3090, https://hall:3090 {
                \tbind 127.0.0.1
                \ttls internal
                \trespond /caddy-sesame 204
                \treverse_proxy 127.0.0.1:3091 {
                \t\tflush_interval -1
                \t}
                }

                """
        )
    }

    @Test("A domain gets a public certificate, on the usual ports and all addresses")
    func publicAuthority() {
        let file = Caddyfile(
            certificates: .publicAuthority,
            names: ["cameras.example.org"],
            port: nil,
            bind: [],
            brokerPort: 4000
        )
        #expect(file.text.contains("\nhttps://cameras.example.org {\n\trespond "))
        #expect(file.text.contains("\treverse_proxy 127.0.0.1:4000 {"))
        #expect(!file.text.contains("internal"))
        #expect(!file.text.contains("bind"))
        #expect(!file.text.contains("disable_redirects"))
    }

    @Test("Without an address Caddy listens on this machine alone, and everywhere for a domain")
    func defaultAddresses() {
        let own = Caddyfile(domain: nil, bind: nil, port: nil, brokerPort: 3091)
        #expect(own.names == ["localhost", "127.0.0.1", "::1"])
        #expect(own.bind == ["127.0.0.1", "::1"])
        #expect(own.port == 3090)
        let known = Caddyfile(domain: "Cameras.example.org", bind: nil, port: nil, brokerPort: 3091)
        #expect(known.names == ["cameras.example.org"])
        #expect(known.bind == [])
        #expect(known.port == nil)
    }

    @Test("An address that was named is kept to, with a domain as without")
    func namedAddresses() {
        for domain in [nil, "cameras.example.org"] {
            let bind = { (address: String) in Caddyfile(domain: domain, bind: address, port: 1, brokerPort: 2).bind }
            #expect(bind("127.0.0.1") == ["127.0.0.1", "::1"])
            #expect(bind("10.0.0.5") == ["127.0.0.1", "10.0.0.5"])
            #expect(bind("0.0.0.0") == [])
        }
        #expect(Caddyfile(domain: nil, bind: "10.0.0.5", port: 1, brokerPort: 2).names.contains("10.0.0.5"))
    }

    @Test(
        "What would mean something else in the file is no domain",
        arguments: ["a", ".org", "a.b {", "a.b\n", "a.b:80", "a.b."]
    )
    func noDomain(text: String) {
        #expect(!Caddyfile.isDomain(text))
        #expect(Caddyfile.isDomain("cameras.example.org"))
    }

    @Test(
        "Versions are read as Caddy prints them",
        arguments: [
            ("2.6.2", "2.6.2"), ("v2.8.4 h1:q3pe0wpBj1OcHFZ3n/1nl4V4bxBrYoSoab7rL9BMYNk=\n", "2.8.4"),
            ("v2.10.0", "2.10.0"),
        ]
    )
    func version(text: String, expected: String) throws {
        let version = try #require(CaddyVersion(text))
        #expect(version.description == expected)
        #expect(version >= .oldest)
    }

    @Test("Older ones are older, by number and not by letter")
    func order() throws {
        let versions = try ["1.0.5", "2.4.6", "2.5.0", "2.6.2", "2.10.0"].map { try #require(CaddyVersion($0)) }
        #expect(versions == versions.sorted())
        #expect(versions[1] < .oldest)
        #expect(versions[2] >= .oldest)
    }

    @Test("What is no version is none", arguments: ["", "unknown", "(devel)", "2", "v2.x"])
    func noVersion(text: String) {
        #expect(CaddyVersion(text) == nil)
    }

    @Test("An error is passed on with its cause, and without the request that it is about")
    func logLine() {
        let line = CaddyLogLine(
            """
            {"level":"error","ts":1.5,"logger":"http.log.error","msg":"dial tcp 127.0.0.1:3091: connection refused",\
            "request":{"uri":"/ws/door?token=canary"},"status":502}
            """
        )
        #expect(line.level == .warning)
        #expect(line.text == "http.log.error: dial tcp 127.0.0.1:3091: connection refused")
        let failure = CaddyLogLine(#"{"level":"error","msg":"obtaining","error":"no such host","logger":""}"#)
        #expect(failure.text == "obtaining: no such host")
    }

    @Test("What is said in passing is for those who debug; what is no log entry is shown as it is")
    func otherLines() {
        #expect(CaddyLogLine(#"{"level":"warn","logger":"admin","msg":"admin endpoint disabled"}"#).level == .debug)
        #expect(CaddyLogLine(#"{"level":"info","msg":"serving"}"#).level == .debug)
        let error = CaddyLogLine("run: loading config: \u{1B}[31mlisten tcp :3090: bind: address already in use")
        #expect(error.level == .warning)
        #expect(error.text == "run: loading config: [31mlisten tcp :3090: bind: address already in use")
    }
}
