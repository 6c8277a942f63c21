import Foundation
import Logging
import ServiceLifecycle
import StreamBrokerKit
import Synchronization

/// Keeps Caddy running in front of the broker.
///
/// Caddy that ends before it has answered is an error, since trying again would not help; later it is started again, with growing
/// pauses, while the broker goes on for whoever reaches it otherwise.
struct CaddyProxy: Service {
    private static let answersWithin: Duration = .seconds(15)
    /// Who ends so soon has not got what it needs, if it was not certain that the answer was its own.
    private static let provesItself: Duration = .seconds(3)
    private static let backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(10))

    let program: CaddyProgram
    let plan: Caddyfile
    /// Where the broker listens, once it does.
    let brokerPort: @Sendable () async throws -> Int
    let logger: Logger

    /// The service, if it is wanted. In a list of services it stands before the broker's server, so that it ends after it: viewers
    /// are told that the broker goes.
    ///
    /// - Throws: ``CaddyError`` when Caddy is missing or too old.
    static func inFront(of server: BrokerServer, _ plan: Caddyfile?, logger: Logger) async throws -> (any Service)? {
        guard let plan else { return nil }
        let port: @Sendable () async throws -> Int = { try await server.boundPort }
        return CaddyProxy(program: try await CaddyProgram(), plan: plan, brokerPort: port, logger: logger)
    }

    /// Runs Caddy until a graceful shutdown or cancellation; no process of it is left then.
    ///
    /// - Throws: ``CaddyError`` when it cannot be brought to answer.
    func run() async throws {
        var plan = plan
        plan.brokerPort = try await brokerPort()
        let folder = try PrivateFolder.make()
        defer { folder.remove() }
        try plan.text.write(toFile: folder.caddyfile, atomically: true, encoding: .utf8)
        try await cancelWhenGracefulShutdown { [plan] in
            var attempt = 0
            while !Task.isCancelled {
                let began = ContinuousClock.now
                let end = try await runOnce(folder, plan, isFirst: attempt == 0)
                guard !Task.isCancelled else { return }
                if began.duration(to: .now) > .seconds(60) { attempt = 0 }
                logger.error("Caddy \(end), and is started again", metadata: ["attempt": "\(attempt + 1)"])
                try? await Task.sleep(for: Self.backoff.delay(attempt: attempt, jitter: Double.random(in: 0.5...1)))
                attempt += 1
            }
        }
    }

    /// - Returns: how it ended.
    private func runOnce(_ folder: PrivateFolder, _ plan: Caddyfile, isFirst: Bool) async throws -> String {
        let lastError = LastWords()
        let logger = logger
        let began = ContinuousClock.now
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                await program.run(in: folder) { line in
                    if line.level > .debug { lastError.set(line.text) }
                    logger.log(level: line.level, "caddy: \(line.text)")
                }
            }
            group.addTask {
                let isThere = await BrokerHealth.answers(
                    at: plan.checkedAddress,
                    status: plan.certificates == .ownAuthority ? 204 : nil,
                    within: Self.answersWithin
                )
                if isThere {
                    logger.info("Caddy is in front of the broker", metadata: ["address": "\(plan.address)"])
                } else if isFirst && !Task.isCancelled {
                    throw CaddyError.silent(plan.address, lastWords: lastError.text)
                }
                return nil
            }
            var hasAnswered = false
            while let end = try await group.next() {
                guard let end else {
                    hasAnswered = plan.certificates == .ownAuthority
                    continue
                }
                group.cancelAll()
                if isFirst && !hasAnswered && !Task.isCancelled && began.duration(to: .now) < Self.provesItself {
                    throw CaddyError.ended(end, lastWords: lastError.text)
                }
                return end
            }
            return "ended"
        }
    }
}

/// The last error that was logged.
private final class LastWords: Sendable {
    private let last = Mutex<String?>(nil)

    var text: String? { last.withLock { $0 } }

    func set(_ text: String) { last.withLock { $0 = text } }
}

extension Caddyfile {
    /// What people write in their browser.
    var address: String { "https://\(names[0])" + (port.map { ":\($0)" } ?? "") + "/" }

    /// Where an answer tells that Caddy listens. A public certificate may take a while, or never come: the plain port answers before.
    fileprivate var checkedAddress: String {
        switch certificates {
        case .ownAuthority: "https://\(bind.first ?? "127.0.0.1"):\(port ?? 443)/caddy-\(passphrase)"
        case .publicAuthority: "http://\(bind.first ?? "127.0.0.1")/"
        }
    }
}
