import LoopbackCamera
import NIOCore
import Testing

@Suite struct RTSPSessionTests {
    private static let url = "rtsp://127.0.0.1:8554/demo"
    private static let tcp = ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")

    private static func session() -> RTSPSession {
        RTSPSession(
            presentation: .init(
                path: "/demo",
                url: url,
                description: "v=0\r\n",
                source: 0xAB,
                timeout: .seconds(60)
            ),
            identifier: "S1",
            now: .uptimeNanoseconds(0)
        )
    }

    private static func request(
        _ method: String,
        _ uri: String = url,
        _ fields: (String, String)...,
        body: [UInt8] = []
    ) -> RTSPRequest {
        RTSPRequest(method: method, uri: uri, fields: [("CSeq", "7")] + fields, body: body)
    }

    /// The answer to a request that is only answered.
    private static func answer(
        _ session: inout RTSPSession,
        _ request: RTSPRequest,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> RTSPResponse {
        let action = session.received(request, now: .uptimeNanoseconds(0))
        guard case .respond(let response) = action else {
            Issue.record("not only an answer: \(action)", sourceLocation: sourceLocation)
            return RTSPResponse(.internalError)
        }
        #expect(response["CSeq"] == "7", sourceLocation: sourceLocation)
        return response
    }

    @Test func aSessionGoesFromDescribeToTeardown() throws {
        var session = Self.session()
        #expect(try Self.answer(&session, Self.request("OPTIONS", "*"))["Public"]?.contains("DESCRIBE") == true)
        let description = try Self.answer(&session, Self.request("DESCRIBE"))
        #expect(description.body == "v=0\r\n")
        #expect(description["Content-Base"] == "rtsp://127.0.0.1:8554/demo/")
        let setUp = try Self.answer(&session, Self.request("SETUP", Self.url + "/trackID=0", Self.tcp))
        #expect(setUp["Transport"] == "RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=000000AB")
        #expect(setUp["Session"] == "S1;timeout=60")
        let play = session.received(Self.request("PLAY", Self.url + "/", ("Session", "S1")), now: .uptimeNanoseconds(0))
        guard case .play(.interleaved(rtp: 0, rtcp: 1), let playing) = play else {
            Issue.record("\(play)")
            return
        }
        #expect(playing.status == .ok)
        #expect(try Self.answer(&session, Self.request("GET_PARAMETER", Self.url, ("Session", "S1"))).status == .ok)
        let pause = session.received(Self.request("PAUSE", Self.url, ("Session", "S1")), now: .uptimeNanoseconds(0))
        guard case .pause = pause else {
            Issue.record("\(pause)")
            return
        }
        let again = session.received(Self.request("PLAY", Self.url, ("Session", "S1")), now: .uptimeNanoseconds(0))
        guard case .play = again else {
            Issue.record("\(again)")
            return
        }
        let end = session.received(Self.request("TEARDOWN", Self.url, ("Session", "S1")), now: .uptimeNanoseconds(0))
        guard case .tearDown = end else {
            Issue.record("\(end)")
            return
        }
        #expect(try Self.answer(&session, Self.request("PLAY", Self.url, ("Session", "S1"))).status == .sessionNotFound)
    }

    @Test func aUDPSessionIsAnsweredOnceItsPortsAreKnown() throws {
        var session = Self.session()
        let field = ("Transport", "RTP/AVP;multicast,RTP/AVP;unicast;client_port=5000-5001")
        let action = session.received(Self.request("SETUP", Self.url, field), now: .uptimeNanoseconds(0))
        guard case .openUDP = action else {
            Issue.record("\(action)")
            return
        }
        let ports = session.udpPorts
        #expect(ports?.rtp == 5000 && ports?.rtcp == 5001)
        let opened = session.udpOpened(rtp: 6000, rtcp: 6001)
        let response = try #require(opened)
        #expect(response["CSeq"] == "7")
        #expect(
            response["Transport"]
                == "RTP/AVP/UDP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=000000AB"
        )
        let isAnsweredTwice = session.udpOpened(rtp: 1, rtcp: 2) != nil
        #expect(!isAnsweredTwice)
    }

    @Test func portsThatCannotBeHadAreAServersFault() throws {
        var session = Self.session()
        let field = ("Transport", "RTP/AVP;unicast;client_port=5000-5001")
        _ = session.received(Self.request("SETUP", Self.url, field), now: .uptimeNanoseconds(0))
        let failed = session.udpFailed()
        #expect(failed?.status == .internalError)
        #expect(try Self.answer(&session, Self.request("SETUP", Self.url, Self.tcp)).status == .ok)
    }

    /// What each request gets on a fresh connection.
    @Test(arguments: [
        ("DESCRIBE", "rtsp://127.0.0.1:8554/other", 404), ("SETUP", "rtsp://127.0.0.1:8554/demo/trackID=1", 404),
        ("DESCRIBE", "rtsp://127.0.0.1:8554", 404), ("DESCRIBE", "rtsp://127.0.0.1:8554/demo/../demo", 404),
        ("DESCRIBE", "/demo", 200), ("SETUP", url, 461), ("PLAY", url, 454), ("PAUSE", url, 454),
        ("TEARDOWN", url, 454),
        ("ANNOUNCE", url, 405), ("RECORD", url, 405), ("SET_PARAMETER", url, 405), ("REDIRECT", url, 405),
        ("GET", url, 501), ("options", url, 501), ("OPTIONS", "rtsp://anything/else", 200), ("GET_PARAMETER", url, 200),
    ])
    func everyRequestHasItsStatus(method: String, uri: String, status: Int) throws {
        var session = Self.session()
        #expect(try Self.answer(&session, Self.request(method, uri)).status.code == status)
    }

    @Test func requestsThatBreakTheRulesAreRefused() throws {
        var session = Self.session()
        let unnumbered = session.received(RTSPRequest(method: "OPTIONS", uri: "*"), now: .uptimeNanoseconds(0))
        guard case .respond(let response) = unnumbered else {
            Issue.record("\(unnumbered)")
            return
        }
        #expect(response.status == .badRequest)
        let version = session.received(
            RTSPRequest(method: "OPTIONS", uri: "*", version: "RTSP/2.0", fields: [("CSeq", "1")]),
            now: .uptimeNanoseconds(0)
        )
        guard case .close(let refused) = version else {
            Issue.record("\(version)")
            return
        }
        #expect(refused.status == .versionNotSupported)
        let long = Self.request("DESCRIBE", Self.url + String(repeating: "x", count: 3000))
        #expect(try Self.answer(&session, long).status == .uriTooLong)
        let option = try Self.answer(&session, Self.request("OPTIONS", "*", ("Require", "funky")))
        #expect(option.status == .optionNotSupported && option["Unsupported"] == "funky")
        #expect(
            try Self.answer(&session, Self.request("DESCRIBE", Self.url, ("Accept", "text/html"))).status
                == .notAcceptable
        )
        let parameter = Self.request("GET_PARAMETER", Self.url, body: Array("packets".utf8))
        #expect(try Self.answer(&session, parameter).status == .parameterNotUnderstood)
    }

    @Test func anotherSessionsNameOpensNothing() throws {
        var session = Self.session()
        #expect(try Self.answer(&session, Self.request("SETUP", Self.url, Self.tcp)).status == .ok)
        for method in ["PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER"] {
            let response = try Self.answer(&session, Self.request(method, Self.url, ("Session", "S2")))
            #expect(response.status == .sessionNotFound)
        }
        #expect(
            try Self.answer(&session, Self.request("SETUP", Self.url, Self.tcp)).status == .methodNotValidInThisState
        )
        #expect(
            try Self.answer(&session, Self.request("PAUSE", Self.url, ("Session", "S1"))).status
                == .methodNotValidInThisState
        )
    }

    @Test func silenceEndsASession() {
        var session = Self.session()
        let second: UInt64 = 1_000_000_000
        let fresh = session.isExpired(now: .uptimeNanoseconds(60 * second))
        let expired = session.isExpired(now: .uptimeNanoseconds(61 * second))
        session.noticed(now: .uptimeNanoseconds(30 * second))
        let noticed = session.isExpired(now: .uptimeNanoseconds(89 * second))
        #expect(!fresh && expired && !noticed)
    }

    @Test(arguments: [
        "RTP/AVP;multicast", "RTP/AVP;unicast", "RTP/SAVP;unicast;client_port=1-2", "RTP/AVP/TCP;interleaved=256-257",
        "RTP/AVP/TCP;interleaved=5-5", "RTP/AVP/TCP;interleaved=255", "RTP/AVP;unicast;client_port=0-1",
        "RTP/AVP;unicast;client_port=70000-70001", "RTP/AVP/TCP;unicast;mode=RECORD", "", ";", ",,,",
        "RTP/AVP/TCP;interleaved=1-2-3",
    ])
    func otherTransportsAreNotTaken(field: String) {
        #expect(RTSPTransport(field: field) == nil)
    }

    @Test func theFirstTransportThatCanBeHadIsTaken() {
        #expect(RTSPTransport(field: "RTP/AVP/TCP;unicast") == .interleaved(rtp: 0, rtcp: 1))
        #expect(RTSPTransport(field: "rtp/avp/tcp;interleaved=4") == .interleaved(rtp: 4, rtcp: 5))
        #expect(
            RTSPTransport(field: "RTP/AVP;multicast, RTP/AVP/UDP;unicast;client_port=7000-7001;mode=\"PLAY\"")
                == .udp(rtp: 7000, rtcp: 7001)
        )
        #expect(
            RTSPTransport(field: "RTP/AVP;unicast;destination=192.0.2.1;client_port=7000-7001")
                == .udp(rtp: 7000, rtcp: 7001)
        )
    }
}
