// swift-tools-version: 6.2
import PackageDescription

// -O3 also in debug builds: an unoptimised kernel would make every test run an hour long.
// -ffp-contract=off: a fused multiply-add happens where the source says so, nowhere else.
let kernelFlags: [CSetting] = [
    .unsafeFlags(["-O3", "-std=c17", "-Wall", "-Wextra", "-ffp-contract=off", "-fno-math-errno"])
]

// Optimised in debug builds too, where traps stay in: the tests train, and without it more than twice as long.
let testedFlags: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// A layer of the library: the module OssicleNAME in Sources/Orchestrator/NAME. It imports the layers that it names, and no
// others; docs/architecture.md draws them.
func layer(_ name: String, on layers: [String], and others: [Target.Dependency] = []) -> Target {
    .target(
        name: "Ossicle" + name, dependencies: layers.map { .target(name: "Ossicle" + $0) } + others,
        path: "Sources/Orchestrator/" + name, swiftSettings: testedFlags)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let layers = [
    layer("Base", on: []),
    layer("Kernels", on: ["Base"], and: ["CKernels"]),
    layer("Statistics", on: ["Base"], and: ["COpenBLAS"]),
    layer("Audio", on: ["Base", "Kernels"], and: ["CSndFile", "CSoxr", "CRubberBand"]),
    layer("Graph", on: ["Base", "Kernels"]),
    layer("Models", on: ["Base", "Kernels", "Audio", "Graph"], and: [yams]),
    layer("Data", on: ["Base", "Kernels", "Audio", "Models"]),
    layer("Evaluation", on: ["Base", "Kernels", "Statistics", "Audio", "Models", "Data"], and: ["CZlib"]),
    layer("Training", on: ["Base", "Kernels", "Statistics", "Audio", "Graph", "Models", "Data"]),
    layer(
        "Experiments",
        on: [
            "Base", "Kernels", "Statistics", "Audio", "Graph", "Models", "Data", "Evaluation",
            "Training",
        ], and: ["CPNG", yams]),
    layer("Corpora", on: ["Base", "Audio", "Data"]),
]

let package = Package(
    name: "ossicle",
    products: [
        .executable(name: "ossicle", targets: ["CLI"]),
        .library(name: "Orchestrator", targets: ["Orchestrator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
        .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
        .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"])]),
        .systemLibrary(name: "CRubberBand", pkgConfig: "rubberband", providers: [.apt(["librubberband-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CKernels", dependencies: ["CFFTW"], cSettings: kernelFlags,
            linkerSettings: [.linkedLibrary("fftw3f"), .linkedLibrary("m")]),
        .target(
            name: "Orchestrator", dependencies: layers.map { .target(name: $0.name) },
            path: "Sources/Orchestrator/Library",
            swiftSettings: testedFlags),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Orchestrator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "bench",
            dependencies: [
                "Orchestrator", "CKernels", "COpenBLAS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "bench", exclude: ["Results", "Shapes", "peers", "experiments", "README.md"]),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "COpenBLAS"]),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(
            name: "OrchestratorTests",
            dependencies: ["Orchestrator", "CKernels", "COpenBLAS", "CAllocationCounter"]
                + layers.map { .target(name: $0.name) },
            resources: [.copy("Fixtures")]),
        .testTarget(name: "CLITests", dependencies: ["Orchestrator"]),
        .executableTarget(
            name: "torture",
            dependencies: ["CSndFile", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Torture"),
        // A library: scripts/torture links its program with libFuzzer.
        .target(
            name: "Fuzz",
            dependencies: ["Audio", "Data", "Models", "Training", "Experiments"].map { .target(name: "Ossicle" + $0) },
            path: "Tests/Fuzz"),
    ] + layers
)
