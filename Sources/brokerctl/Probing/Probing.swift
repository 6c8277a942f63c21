import RTSPCapture
import ServiceLifecycle

/// A probe as a service: a graceful shutdown ends it, and what is known by then is the report.
struct Probing: Service {
    let probe: SourceProbe
    let report = Eventually<ProbeReport>()

    func run() async {
        let found = await withGracefulShutdownHandler {
            await probe.report()
        } onGracefulShutdown: {
            probe.interrupt()
        }
        report.resolve(.success(found))
    }
}
