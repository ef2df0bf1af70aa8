// swift-tools-version: 6.2
import PackageDescription

// In a package of your own: .package(url: "https://…/ossicle", from: "…").
let orchestrator: Target.Dependency = .product(name: "Orchestrator", package: "ossicle")

let package = Package(
    name: "examples",
    dependencies: [.package(name: "ossicle", path: "..")],
    targets: [
        .executableTarget(name: "TrainOnFolder", dependencies: [orchestrator]),
        .target(name: "BarlowTwins", dependencies: [orchestrator]),
        .executableTarget(name: "TrainBarlowTwins", dependencies: ["BarlowTwins", orchestrator]),
        .testTarget(name: "BarlowTwinsTests", dependencies: ["BarlowTwins", orchestrator]),
    ])
