import Logging
import Subprocess
import SystemPackage

/// The program of that name on `PATH`.
struct CaddyProgram: Sendable {
    /// How long it may take to end when it is asked; then it is killed.
    private static let endsWithin: Duration = .seconds(1)

    private let path: FilePath

    /// Looks for it.
    ///
    /// - Throws: ``CaddyError`` when it is missing or too old.
    init() async throws {
        do { path = try await Executable.name("caddy").resolveExecutablePath(in: .inherit) } catch {
            throw CaddyError.missing
        }
        let printed = try? await Subprocess.run(
            .path(path),
            arguments: ["version"],
            output: .string(limit: 4096),
            error: .discarded
        )
        // One that says no version was built by somebody who knows what it is.
        if let text = printed?.standardOutput, let version = CaddyVersion(text), version < .oldest {
            throw CaddyError.tooOld(version)
        }
    }

    /// Runs it with the Caddyfile of a folder until it ends. Cancelling the task ends it, by force if need be.
    ///
    /// - Returns: How it ended, for people: "ended with status 1".
    func run(in folder: PrivateFolder, log: @escaping @Sendable (CaddyLogLine) -> Void) async -> String {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.endsWithin)]
        // A group of its own: Ctrl-C is ours to handle.
        options.processGroupID = 0
        do {
            let result = try await Subprocess.run(
                .path(path),
                arguments: ["run", "--config", folder.caddyfile, "--adapter", "caddyfile"],
                // It keeps a copy of what it was told, which is of no use to anybody; its certificates stay where it has them.
                environment: .inherit.updating(["XDG_CONFIG_HOME": folder.path]),
                platformOptions: options,
                input: .none,
                output: .sequence,
                error: .combinedWithOutput
            ) { execution in
                for try await line in execution.standardOutput.strings() { log(CaddyLogLine(line)) }
            }
            return result.terminationStatus.ending
        } catch {
            return Task.isCancelled ? "was stopped" : "could not be run: \(error)"
        }
    }
}

extension PrivateFolder {
    /// Where Caddy's file stands in it.
    var caddyfile: String { "\(path)/Caddyfile" }
}
