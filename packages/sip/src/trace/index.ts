// The door `@offhook/sip/trace`: observations in, the three-lane story out.
export { Correlator } from './correlate/correlator.ts';
export type { CorrelatorOptions } from './correlate/correlator.ts';
export { gistOf } from './correlate/gist.ts';
export type { Gist } from './correlate/gist.ts';
export { labelText } from './correlate/labelled.ts';
export type {
  Call,
  Change,
  FigureName,
  Label,
  Labelled,
  MediaFlow,
  MediaRow,
  MessageRow,
  NoteRow,
  Outcome,
  Party,
  Row,
  SdpLine,
  SdpNote,
  Source,
  StepRow,
} from './correlate/labelled.ts';
export { ladder } from './explain/ladder.ts';
export type { LadderOptions } from './explain/look.ts';
export { LadderPrinter } from './explain/printer.ts';
export type { LadderPrinterOptions } from './explain/printer.ts';
export type { Verbosity } from './explain/note.ts';
export { outcomeText } from './explain/summary.ts';
export { formatTapLine, parseTapLine } from './capture/tap-lines.ts';
export type { TapLineOptions, TapLineProblem } from './capture/tap-lines.ts';
export { redactMessage, redactObservation } from './capture/redact.ts';
export type {
  BindingDocument,
  CallDocument,
  ChangeDocument,
  CodecDocument,
  DialogDocument,
  DialogEnd,
  DtmfDocument,
  GapDocument,
  LegDocument,
  LineDocument,
  MachineDocument,
  MediaLineDocument,
  MediaSpan,
  MessageDocument,
  NegotiatedLine,
  NegotiationDocument,
  NoteDocument,
  OutcomeDocument,
  PartyDocument,
  ReportDocument,
  SessionDocument,
  StateSpan,
  StepDocument,
  StreamDocument,
  StreamSample,
  TimerSpan,
  TransactionDocument,
} from './document/document.ts';
export { TraceBook } from './document/book.ts';
export type { BookOptions } from './document/book.ts';
export { summarise } from './document/summary.ts';
export type { CallSummary } from './document/summary.ts';
export { explain } from './explain/explain.ts';
export type {
  Certainty,
  Divergence,
  Explanation,
  Finding,
  LintRemark,
  Sentence,
  Verdict,
} from './explain/explanation.ts';
export { PcapWriter } from './capture/pcap-writer.ts';
export type { WrittenDatagram, WrittenMessage } from './capture/pcap-writer.ts';
export { CaptureReader } from './capture/reader.ts';
export { readInOrder } from './capture/in-order.ts';
export type { CaptureStream, TakeCaptured } from './capture/in-order.ts';
export { isKeyLog, KeyLog } from './capture/key-log.ts';
export type { ConnectionSecrets } from './capture/key-log.ts';
export { hepLength, hepObservation, readHep, writeHep } from './capture/hep.ts';
export type { HepOptions, HepPacket } from './capture/hep.ts';
export type { CaptureFormat, CaptureReaderOptions } from './capture/reader.ts';
export type {
  Captured,
  CapturedDatagram,
  CapturedObservation,
  CapturedProblem,
} from './capture/captured.ts';
export { toHtml } from './export/html.ts';
export { toJson } from './export/json.ts';
export { toMermaid } from './export/mermaid.ts';
export { observationsOf } from './export/observations.ts';
export type { Retold } from './export/observations.ts';
export { redactDocument } from './export/redact-document.ts';
export type { Redaction } from './export/redact-text.ts';
export { toSippScenario } from './export/sipp-scenario.ts';
export type { ExportedFile, SippScenario } from './export/sipp-scenario.ts';
export { toText } from './export/text.ts';
export type { TextOptions } from './export/text.ts';
export { figureTables } from './figure/tables.ts';
export { figureStates } from './figure/states.ts';
export type { FigureArrow, FigureState, FigureTable } from './figure/states.ts';
export { layoutFigure } from './figure/layout.ts';
export type {
  FigureBox,
  FigureLayout,
  FigureLine,
  FigureRow,
  FigureSizes,
} from './figure/layout.ts';
export type { MediaHint, MediaPlace } from './stream/place.ts';
export { StreamTable } from './stream/table.ts';
export type { StreamTableOptions } from './stream/table.ts';
export { PathTable } from './stream/path-table.ts';
export type { PathTableOptions } from './stream/path-table.ts';
export { AudioCollector, audioOf } from './stream/audio.ts';
export type { OpusAudio, OpusPacket, PcmAudio, StreamAudio } from './stream/audio.ts';
