import StreamBrokerKit
import Testing

@Suite("Backoff of clients")
struct BackoffTests {
    private let backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(2))

    @Test("The bound doubles up to the maximum")
    func bounds() {
        let bounds = (0..<6).map { backoff.delay(attempt: $0, jitter: 1) }
        #expect(bounds == [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(2), .seconds(2)])
        #expect(backoff.delay(attempt: .max, jitter: 1) == .seconds(2))
    }

    @Test("The jitter is full: any delay from nothing to the bound")
    func jitter() {
        #expect(backoff.delay(attempt: 2, jitter: 0) == .zero)
        #expect(backoff.delay(attempt: 2, jitter: 0.5) == .milliseconds(500))
    }
}
