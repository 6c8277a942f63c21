import Logging
import LoopbackCamera
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

/// Runs a camera while `body` does, and ends it by a graceful shutdown; both have to end well.
func withCamera<Result: Sendable>(
    _ configuration: LoopbackCamera.Configuration,
    _ body: @escaping @Sendable (_ url: String) async throws -> Result
) async throws -> Result {
    try await testGracefulShutdown { trigger in
        let camera = LoopbackCamera(configuration: configuration, logger: Logger(label: "test"))
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await camera.run()
                return nil
            }
            group.addTask {
                defer { trigger.triggerGracefulShutdown() }
                return try await body(camera.url())
            }
            var result: Result?
            for try await value in group where value != nil { result = value }
            return try #require(result)
        }
    }
}

/// The clips beside the tests.
enum Media {
    static func path(_ name: String) -> String {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return here.dropLast(3).joined(separator: "/") + "/Media/" + name
    }
}
