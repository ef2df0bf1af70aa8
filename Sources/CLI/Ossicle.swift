import Orchestrator
@main struct Ossicle { static func main() {} }
