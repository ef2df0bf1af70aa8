// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "train-on-folder",
    dependencies: [.package(url: "https://…/ossicle", from: "…")],
    targets: [
        .executableTarget(
            name: "TrainOnFolder", dependencies: [.product(name: "Orchestrator", package: "ossicle")])
    ])
