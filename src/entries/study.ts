// Studies: a file becomes a plan, a plan jobs, jobs results, results findings and a report.

export { buildFindings, type FinishedStudy } from '../study/build-findings.js'
export { executeJob, type StudyBench } from '../study/execute-job.js'
export {
  executeStudy,
  surveyResults,
  type DamagedResult,
  type FailedJob,
  type JobRunner,
  type StudyExecution,
  type StudyProgress,
  type Survey,
} from '../study/execute-study.js'
export type { Speed, Speeds } from '../study/foresight.js'
export type { Findings, FailedFinding, FoundBy, ListsOf, StudyFacts, Together } from '../study/findings.js'
export type { ClosedFormFinding, ClosedFormMatrix } from '../study/jobs/closed-form.js'
export type { ConvergenceFinding, ConvergencePoint } from '../study/jobs/convergence.js'
export type { SpectrumFinding } from '../study/jobs/dense.js'
export type { GraphonFinding, Prediction, PruningFinding, TrainingFinding } from '../study/jobs/kernel.js'
export type { CountingFinding, MotifFinding, MotifRatio } from '../study/jobs/motifs.js'
export type { UntrainedFinding } from '../study/jobs/run.js'
export type { DegreeFinding, StructureFinding, StructureMatrix } from '../study/jobs/mask-structure.js'
export type { TopSpectrumFinding } from '../study/jobs/top-spectrum.js'
export type { TrendFinding, VerdictFinding } from '../study/jobs/verdicts.js'
export { shareOf, stageCount, type Share } from '../study/shares.js'
export { inProcessRunner, memoryStore } from '../study/in-process.js'
export {
  compareStudies,
  type ComparedNumber,
  type ComparedStudy,
  type ComparedVerdict,
  type Comparison,
} from '../study/compare/compare.js'
export type { ComparedOutcome, Difference, Sample } from '../study/compare/difference.js'
export type { ComparedCell, MeasureName } from '../study/compare/measures.js'
export type { SettingDifference } from '../study/compare/settings.js'
export { comparePage } from '../report/compare/page.js'
export { followStudy, type KindProgress, type StudyMoment } from '../study/watch.js'
export type { Damage, Job, JobKey, JobResult, OpenResult, ResultRow, ResultStore, StoredArray } from '../study/job.js'
export { jobKinds } from '../study/jobs.js'
export {
  jobKind,
  type DataFacts,
  type InputKinds,
  type Inputs,
  type JobKind,
  type JobKinds,
  type Lists,
  type PlannedJob,
  type Planning,
  type ReadInputs,
  type Work,
} from '../study/jobs/kind.js'
export type { Finished, Outcome } from '../study/jobs/finished.js'
export { record, type RecordsOf, type RecordType, type RecordTypes } from '../study/jobs/record.js'
export type { MethodLimitation, OwnMethod, OwnModule, OwnModules, OwnParts } from '../study/own-modules.js'
export type { Protocol } from '../study/protocol.js'
export type { Provenance } from '../study/provenance.js'
export {
  type KernelKind,
  type Rung,
  scopes,
  studyScopes,
  type Untrained,
  type Scope,
  type Setting,
  type StudyScope,
} from '../study/vocabulary.js'
export { studyJsonSchema } from '../study/json-schema.js'
export { planStudy, type StudyPlan } from '../study/plan.js'
export { plannedData, planFromText, type StudySources } from '../study/prepare.js'
export { readStudy } from '../study/read-study.js'
export { studySchema, type StudyConfig } from '../study/schema.js'
export type { LabelledSamples, LoadSamples, SampleRequest, StudyData } from '../study/study-data.js'
export { renderReport } from '../report/report.js'
export type { Answer } from '../report/answers/answer.js'
export type { SpectralSummary } from '../spectrum/summary.js'
export { html, type Html, type Markup, type Piece } from '../report/html.js'
export type { FigureLink, Section } from '../report/sections/section.js'
export { sections } from '../report/sections.js'
