import StreamBrokerCore
import Testing

@Suite struct StreamIDTests {
    @Test(arguments: ["a", "front-door", "A_9-z", "door~small", String(repeating: "x", count: 64)])
    func acceptsValidNames(_ name: String) throws {
        #expect(try StreamID(name).name == name)
    }

    @Test(arguments: [
        "", " ", "..", "a/b", "a\\b", "a%2fb", "a\0b", "a\r\nb", "*", ">", "é", "~", "a~", "~a", "a~b~c", "a~~b",
        String(repeating: "x", count: 65), String(repeating: "x", count: 10_000),
    ])
    func refusesEverythingElse(_ name: String) {
        #expect(throws: StreamIDError.self) { try StreamID(name) }
    }
}
