import ConfigurationFiles
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A camera process's end of the line to its keeper: standard input.
struct KeeperLine: Sendable {
    /// So long after the keeper is gone the process ends even if something in it hangs.
    private static let lastChance: TimeInterval = 5
    /// The keeper serves many: its own work, and the viewers', goes before the encoders'.
    private static let niceness: Int32 = 5

    /// The settings that the keeper gave.
    let settings: [String: PlacedValue]
    /// What it has to say later; ends when the keeper is gone.
    let messages: AsyncStream<KeeperMessage>

    /// Reads the settings, and goes on to listen on a thread of its own: a read from a pipe waits, and no task may.
    static func open() -> KeeperLine {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        var settings: [String: PlacedValue] = [:]
        while let line = readLine(), !line.isEmpty {
            guard let (name, value) = KeeperMessage.setting(line) else { continue }
            settings[name] = .init(value, place: "the keeper's \(name)")
        }
        let (messages, continuation) = AsyncStream.makeStream(
            of: KeeperMessage.self,
            bufferingPolicy: .bufferingNewest(8)
        )
        Thread.detachNewThread {
            while let line = readLine() {
                if let message = KeeperMessage(line: line) { continuation.yield(message) }
            }
            continuation.finish()
            Thread.sleep(forTimeInterval: lastChance)
            _exit(EXIT_FAILURE)
        }
        return KeeperLine(settings: settings, messages: messages)
    }
}
