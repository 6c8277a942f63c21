import Subprocess

extension TerminationStatus {
    /// How a process ended, for people: "ended with status 1".
    var ending: String {
        switch self {
        case .exited(let code): "ended with status \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }
}
