import Foundation
import StreamBrokerKit
import Subprocess
import SystemPackage

/// One camera's process: this program's `publish`, with a line to its keeper on standard input and its reports on standard output.
///
/// What it logs goes where the keeper's own log goes. The camera's address, which may hold a password, is neither among its arguments
/// nor in its environment, where other programs could read it.
struct CameraProcess: Sendable {
    /// How long a process may take to end when it is asked; then it is killed.
    static let endsWithin: Duration = .milliseconds(2_500)

    let stream: StreamID
    let broker: BrokerURL
    let settings: [String: String]

    /// Runs the process until it ends. Cancelling the task ends it, by force if need be.
    ///
    /// - Parameter messages: What to tell it.
    /// - Returns: How it ended, for people: "ended with status 1".
    func run(
        messages: AsyncStream<KeeperMessage>,
        report: @escaping @Sendable (SourceReport) -> Void
    ) async -> String {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.endsWithin)]
        // A group of its own: Ctrl-C is the keeper's to handle.
        options.processGroupID = 0
        do {
            let result = try await Subprocess.run(
                .path(FilePath(Self.executable)),
                arguments: [
                    "publish", "--kept", "--stream", stream.name, "--broker", broker.description,
                ],
                environment: .custom(Self.environment),
                platformOptions: options,
                input: .inputWriter,
                output: .sequence,
                error: .currentStandardError
            ) { execution in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await speak(messages, to: execution.standardInputWriter) }
                    // Its end is the process's end, or as good: it has closed its output.
                    do {
                        for try await line in execution.standardOutput.strings() {
                            if let news = SourceReport(line: line) { report(news) }
                        }
                    } catch {
                        // A line without end, or bytes that are no text: no reports then, but a process all the same.
                    }
                    group.cancelAll()
                }
            }
            return result.terminationStatus.ending
        } catch {
            return Task.isCancelled ? "was stopped" : "could not be run: \(error)"
        }
    }

    /// Gives the settings, then whatever there is to tell. Closing the line, at the end, asks the process to end.
    private func speak(_ messages: AsyncStream<KeeperMessage>, to writer: StandardInputWriter) async {
        do {
            _ = try await writer.write(KeeperMessage.opening(settings))
            for await message in messages { _ = try await writer.write(message.line + "\n") }
        } catch {
            // It no longer reads: its end is told by its status.
        }
        try? await writer.finish()
    }

    /// What a process needs of the environment, and nothing that may be a secret.
    private static var environment: [Environment.Key: String] {
        let passed = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SWIFT_BACKTRACE"]
        let environment = ProcessInfo.processInfo.environment
        let own: [(Environment.Key, String)] = passed.compactMap { name in
            environment[name].map { (Environment.Key(stringLiteral: name), $0) }
        }
        // The report of a crash shows memory, in which there may be a password, and takes seconds of both cores: on request only.
        return Dictionary([("SWIFT_BACKTRACE", "enable=no")] + own) { $1 }
    }

    /// This program's file. After an upgrade put another one in its place the running one is still to be had under /proc.
    private static var executable: String {
        let link = "/proc/self/exe"
        guard FileManager.default.fileExists(atPath: link) else { return CommandLine.arguments[0] }
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? link
        return FileManager.default.isExecutableFile(atPath: path) ? path : link
    }
}
