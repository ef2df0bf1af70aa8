import Orchestrator
@main struct Bench { static func main() {} }
