import StreamBrokerCore
import Testing

@Suite struct PeerLivenessTests {
    typealias TransportState = PeerLiveness.TransportState

    private static let second: Int64 = 1_000_000
    private static let answered = TransportState(awaitsAnswer: false, sinceLastAcknowledgement: 60 * second)

    private func check(
        _ liveness: inout PeerLiveness,
        at seconds: Double,
        isWriting: Bool = false,
        transport: TransportState? = nil
    ) -> PeerLiveness.Verdict {
        liveness.check(now: Int64(seconds * 1e6), isWriting: isWriting, transport: transport)
    }

    @Test func aSilentPeerIsPingedAndThenGivenUp() {
        var liveness = PeerLiveness(limits: .init(), now: 0)
        #expect(check(&liveness, at: 19) == .alive)
        #expect(check(&liveness, at: 20) == .ping)
        #expect(check(&liveness, at: 29) == .alive)
        #expect(check(&liveness, at: 30) == .dead(.noPong))
    }

    @Test func whateverIsHeardIsASignOfLife() {
        var liveness = PeerLiveness(limits: .init(), now: 0)
        #expect(check(&liveness, at: 20) == .ping)
        liveness.heard(now: 25 * Self.second)
        #expect(check(&liveness, at: 44) == .alive)
        #expect(check(&liveness, at: 45) == .ping)
    }

    @Test func aStalledPeerWhoseMachineAnswersIsKept() {
        var liveness = PeerLiveness(limits: .init(), now: 0)
        for minute in 1...60 {
            let verdict = check(&liveness, at: Double(minute * 60), isWriting: true, transport: Self.answered)
            #expect(verdict == .alive)
        }
    }

    @Test(arguments: [true, false]) func aMachineThatLeavesTCPUnansweredIsGone(isWriting: Bool) {
        var liveness = PeerLiveness(limits: .init(), now: 0)
        let recent = TransportState(awaitsAnswer: true, sinceLastAcknowledgement: 9 * Self.second)
        #expect(check(&liveness, at: 9, isWriting: isWriting, transport: recent) == .alive)
        let long = TransportState(awaitsAnswer: true, sinceLastAcknowledgement: 10 * Self.second)
        #expect(check(&liveness, at: 10, isWriting: isWriting, transport: long) == .dead(.noAcknowledgement))
    }

    @Test func aPingStuckBehindFramesProvesNothing() {
        var liveness = PeerLiveness(limits: .init(), now: 0)
        #expect(check(&liveness, at: 20) == .ping)
        #expect(check(&liveness, at: 40, isWriting: true, transport: Self.answered) == .alive)
    }
}
