// `import Orchestrator` imports every layer of the library (docs/architecture.md).
@_exported import OssicleAudio
@_exported import OssicleBase
@_exported import OssicleCorpora
@_exported import OssicleData
@_exported import OssicleEvaluation
@_exported import OssicleExperiments
@_exported import OssicleGraph
@_exported import OssicleKernels
@_exported import OssicleModels
@_exported import OssicleStatistics
@_exported import OssicleTraining
