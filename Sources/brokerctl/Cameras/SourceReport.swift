package import RTSPCapture
package import StreamBrokerKit

/// What a camera's process tells the one who keeps it, as a line of its standard output: a state, a space, a sentence.
package struct SourceReport: Sendable, Hashable {
    package var state: SourceStatus.State
    package var reason: String

    package init(state: SourceStatus.State, reason: String) {
        self.state = state
        self.reason = reason
    }

    /// `nil` for a line that is no report; a process that was taken over may write anything.
    package init?(line: some StringProtocol) {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let state = SourceStatus.State(rawValue: String(parts[0])) else { return nil }
        let text = parts[1].unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(500)
        self.init(state: state, reason: String(String.UnicodeScalarView(text)))
    }

    /// `nil` for news that change nothing about where the camera stands.
    package init?(_ event: CaptureEvent) {
        switch event {
        case .connecting: self.init(state: .connecting, reason: "\(event)")
        case .live: self.init(state: .live, reason: "\(event)")
        // When it is tried again is not known any more when somebody reads this.
        case .lost(let error, _): self.init(state: .lost, reason: "\(error)")
        case .encodingFailed: self.init(state: .lost, reason: "\(event)")
        case .fellBack: self.init(state: .connecting, reason: "\(event)")
        // A camera that is connected and shows nothing is as good as lost, and goes on being tried.
        case .condition(let condition): self.init(state: condition.showsPresent ? .live : .lost, reason: "\(condition)")
        case .adjusted, .ended: return nil
        }
    }

    var line: String { "\(state.rawValue) \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))" }
}
