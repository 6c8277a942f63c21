import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import StreamBrokerKit
import Testing

@Suite struct ShutdownTests {
    @Test func viewersAreToldThatTheServerGoesAway() async throws {
        var configuration = BrokerServerConfiguration()
        configuration.port = 0
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let server = BrokerServer(broker: Broker(), configuration: configuration, logger: logger)
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                let port = try await server.boundPort
                let code = try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                    try await client.send(#"{"type":"ping"}"#)
                    _ = try await reader.next()
                    trigger.triggerGracefulShutdown()
                    return try await reader.next()?.closeCode
                }
                #expect(code == 1001)
                try await group.waitForAll()
            }
        }
    }

    @Test func aPortInUseIsAClearError() async throws {
        try await withRunningBroker { _, port in
            var configuration = BrokerServerConfiguration()
            configuration.port = port
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let second = BrokerServer(broker: Broker(), configuration: configuration, logger: logger)
            await #expect {
                try await second.run()
            } throws: { error in
                guard let error = error as? BrokerServerError else { return false }
                return error.code == .addressInUse && error.message.contains("port \(port)")
            }
        }
    }
}
