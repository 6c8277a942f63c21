import ServiceLifecycle

/// Follows the keeper of a camera's process, and ends with it.
struct KeptCamera: Service {
    let line: KeeperLine
    let camera: CameraPublisher

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await message in line.messages {
                switch message {
                case .viewers(let count): camera.viewers(count)
                }
            }
        }
    }
}
