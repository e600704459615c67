/** A path in Python; standard input has none. */
const path = (file: string): string => JSON.stringify(file === '-' ? 'model.pt' : file)

/** The file beside it that the remedy writes. */
const beside = (file: string): string => path(`${file.replace(/(.)\.[^./\\]*$/, '$1')}.state.pt`)

/** Which entry of a checkpoint, and whether it is the model itself, only Python can see. */
const findState =
  'm = next((m[k] for k in ("state_dict", "model_state_dict", "model") if isinstance(m, dict) and k in m), m)'

/**
 * The lines of Python that save a file anew as a state dict, which is what limn reads. A path as JSON is a path in Python.
 * Loading a whole model runs what the file says, which is for those to allow who trust it.
 */
export const resave = {
  /** A file that holds more than tensors. */
  whole: (file: string): string =>
    `if you trust it, since this runs its code, save its state dict with Python: import torch; m = torch.load(${path(file)}, map_location="cpu", weights_only=False); ${findState}; torch.save(getattr(m, "state_dict", lambda: m)(), ${beside(file)})`,
  /** A file that holds tensors in a form that is not read. */
  tensors: (file: string): string =>
    `save it anew with Python: import torch; torch.save(torch.load(${path(file)}, map_location="cpu"), ${beside(file)})`,
  /** A file of tensors that are to be copied first. */
  copied: (file: string): string =>
    `save copies with Python: import torch; torch.save({k: v.detach().clone(memory_format=torch.contiguous_format) for k, v in torch.load(${path(file)}, map_location="cpu").items()}, ${beside(file)})`,
  /** A file with tensors that are sparse. */
  dense: (file: string): string =>
    `save them with their zeros with Python: import torch; torch.save({k: v.to_dense() for k, v in torch.load(${path(file)}, map_location="cpu").items()}, ${beside(file)})`,
  /** A program of TorchScript. */
  script: (file: string): string =>
    `save its state dict with Python: import torch; torch.save(torch.jit.load(${path(file)}, map_location="cpu").state_dict(), ${beside(file)})`,
  /** A file with several state dicts. */
  entry: (file: string, key: string): string =>
    `save one of them with Python: import torch; torch.save(torch.load(${path(file)}, map_location="cpu")[${JSON.stringify(key)}], ${beside(file)})`,
} as const
