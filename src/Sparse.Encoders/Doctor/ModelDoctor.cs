using Sparse.Encoders.Dense;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Doctor;

/// <summary>Looks for the faults that a model folder of others may have and that show themselves by nothing but bad results.</summary>
/// <remarks>
/// Evidence is of three kinds: the files by themselves (tokenizer, tables, graph), a fixed set of English texts encoded, and the
/// folder's golden.jsonl ({"text", "ids", "vector": {"id": weight}} a line) where it has one. No finding is no proof of quality.
/// </remarks>
public static class ModelDoctor
{
    private const int MaxTokens = 128;

    /// <summary>Examines a folder that <see cref="SpladeEncoder.FromFolder"/> reads.</summary>
    /// <param name="folder">The folder; nothing is written to it.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no sparse model, or so broken that it can't be loaded: the message says why.</exception>
    public static ModelExamination Examine(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (Directory.Exists(folder) && DenseEncoder.IsIn(folder))
        {
            throw new InvalidDataException($"{folder} is a dense model; the doctor knows sparse ones.");
        }

        SpladeModel model = SpladeModel.FromFolder(folder);
        byte[] weights = model.ReadWeights();
        OnnxModel graph = OnnxModel.Parse(weights, model.Source);
        List<string> notChecked = [];
        List<ModelFinding> findings = [.. GraphChecks.Examine(model, graph)];
        bool runs = !findings.Any(finding => finding.Fault is ModelFaults.PoolingMissing or ModelFaults.WrongOrder);
        findings.AddRange(TokenizerChecks.Examine(model, graph, notChecked));
        findings.AddRange(QueryTableCheck.Examine(folder, model, notChecked));
        if (!runs)
        {
            notChecked.Add("weights, because of what is wrong with the graph");
            return new ModelExamination(model.Name, 0, 0, 0, 0, findings, notChecked);
        }

        using var encoder = new SpladeEncoder(model, new SpladeEncoderOptions { MaxTokens = Math.Min(MaxTokens, model.MaxTokens) });
        var checks = new VectorChecks(encoder, model);
        findings.AddRange(checks.Examine([.. findings]));
        int golden = GoldenCheck.Examine(folder, model, findings, notChecked);
        return new ModelExamination(model.Name, CheckTexts.All.Count, checks.TermsPerText, checks.LargestWeight, golden, findings, notChecked);
    }
}
