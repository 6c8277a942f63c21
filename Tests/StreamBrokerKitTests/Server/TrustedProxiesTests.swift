import NIOCore
import StreamBrokerKit
import Testing

@Suite struct TrustedProxiesTests {
    private func client(_ proxies: TrustedProxies, _ peer: String?, _ forwarded: String...) throws -> String? {
        let peer = try peer.map { try SocketAddress(ipAddress: $0, port: 1) }
        return proxies.client(peer: peer, forwarded: forwarded)?.ipAddress
    }

    @Test func whatAStrangerSaysMeansNothing() throws {
        #expect(try client(TrustedProxies(), "127.0.0.1", "192.0.2.1") == "127.0.0.1")
        #expect(try client(.onThisMachine, "198.51.100.7", "192.0.2.1") == "198.51.100.7")
        #expect(try client(TrustedProxies(), nil, "192.0.2.1") == nil)
    }

    @Test func theNearestUntrustedAddressCounts() throws {
        #expect(try client(.onThisMachine, "127.0.0.1", "192.0.2.1") == "192.0.2.1")
        #expect(try client(.onThisMachine, "::1", "192.0.2.1, 198.51.100.7") == "198.51.100.7")
        #expect(try client(.onThisMachine, "::ffff:127.0.0.1", "203.0.113.9", "2001:db8::1") == "2001:db8::1")
        #expect(try client(.onThisMachine, nil, "192.0.2.1") == "192.0.2.1")
        let chain = try #require(TrustedProxies(["loopback", "10.0.0.1"]))
        #expect(try client(chain, "127.0.0.1", "192.0.2.1, 10.0.0.1") == "192.0.2.1")
        #expect(try client(chain, "10.0.0.1", " 192.0.2.1 ") == "192.0.2.1")
        #expect(try client(chain, "10.0.0.2", "192.0.2.1") == "10.0.0.2")
    }

    @Test(arguments: ["", "unknown", "192.0.2.1:80", "[2001:db8::1]", "for=192.0.2.1", "192.0.2.256"])
    func whatIsNoAddressChangesNothing(_ hop: String) throws {
        #expect(try client(.onThisMachine, "127.0.0.1", "192.0.2.1, \(hop),") == "127.0.0.1")
        #expect(try client(.onThisMachine, "127.0.0.1", hop) == "127.0.0.1")
    }

    @Test func onlyAddressesCanBeTrusted() {
        #expect(TrustedProxies(["example.com"]) == nil)
        #expect(TrustedProxies(["10.0.0.0/8"]) == nil)
        #expect(TrustedProxies([]) == TrustedProxies())
    }
}
