using System.Globalization;
using System.Text.Json;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Doctor;

/// <summary>Are ids and weights those of the folder's golden.jsonl? A line: "text", "ids" with or without markers, "vector" {"id": weight}; either may lack.</summary>
internal static class GoldenCheck
{
    private const string File = "golden.jsonl";

    /// <summary>Texts that are read; more would say the same.</summary>
    private const int MaxTexts = 48;

    // fp16 tensors move splade-tiny's weights by .006, int8 ones by .12 (2026-11-23).
    private const float Tolerance = 0.02f, ToleranceInt8 = 0.2f;

    private sealed record Golden(string Text, int[]? Ids, Dictionary<int, float>? Vector);

    /// <summary>Compares; returns how many texts there were.</summary>
    internal static int Examine(string folder, SpladeModel model, List<ModelFinding> findings, List<string> notChecked)
    {
        string path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path))
        {
            notChecked.Add($"golden vectors, because the folder has no {File}");
            return 0;
        }

        Golden[] golden = [.. System.IO.File.ReadLines(path).Where(line => line.Trim().Length > 0).Take(MaxTexts).Select((line, at) => Read(line, at + 1, path))];
        Ids(golden, model, findings);
        Weights(golden, model, findings);
        return golden.Length;
    }

    private static void Ids(Golden[] golden, SpladeModel model, List<ModelFinding> findings)
    {
        int max = Math.Min(SpladeEncoderOptions.TokenLimit, model.MaxTokens);
        Golden[] other = [.. golden.Where(text => text.Ids is { } ids && !IsSplit(text.Text, ids, true) && !IsSplit(text.Text, ids, false))];
        if (other.Length > 0)
        {
            findings.Add(new ModelFinding(ModelFaults.GoldenDiffers, $"{other.Length} of {golden.Length} texts have other ids, such as \"{Start(other[0].Text)}\"",
                "the model would read other words than it was trained on; look at the findings about the tokenizer, else at its files"));
        }

        bool IsSplit(string text, int[] ids, bool withMarkers) =>
            model.Tokenizer.Encode(text, withMarkers ? max : int.MaxValue, withMarkers).Tokens.ToArray().Select(token => token.Id).SequenceEqual(ids);
    }

    private static void Weights(Golden[] golden, SpladeModel model, List<ModelFinding> findings)
    {
        Golden[] texts = [.. golden.Where(text => text.Vector is not null)];
        if (texts.Length == 0)
        {
            return;
        }

        using var encoder = new SpladeEncoder(model, new SpladeEncoderOptions { MaxTokens = Math.Min(SpladeEncoderOptions.TokenLimit, model.MaxTokens) });
        IReadOnlyList<TermVector> vectors = encoder.Encode([.. texts.Select(text => text.Text)]);
        float tolerance = model.Quantization == ModelManifest.Int8Weights ? ToleranceInt8 : Tolerance;
        float[] plain = [.. texts.Select((text, i) => VectorChecks.Furthest(vectors[i], text.Vector!))];
        int far = plain.Count(difference => difference > tolerance);
        if (far == 0)
        {
            return;
        }

        float logged = texts.Select((text, i) => VectorChecks.Furthest(vectors[i], text.Vector!.ToDictionary(term => term.Key, term => MathF.Log(1 + term.Value)))).Max();
        string largest = FormattableString.Invariant($"the weights of {far} of {texts.Length} texts differ from {File} by up to {plain.Max():0.00}");
        if (logged <= tolerance)
        {
            // Certain, where the graph alone gave a suspicion.
            findings.RemoveAll(finding => finding.Fault == ModelFaults.DoubleLog);
            findings.Insert(0, new ModelFinding(ModelFaults.DoubleLog, $"{largest}, and are log(1 + x) of them", GraphChecks.LogCost));
            return;
        }

        findings.Add(new ModelFinding(ModelFaults.GoldenDiffers, $"{largest}, such as those of \"{Start(texts[Array.IndexOf(plain, plain.Max())].Text)}\"",
            "results would not be those that the model was published with"));
    }

    private static Golden Read(string line, int number, string path)
    {
        JsonElement json = ModelJson.Parse(System.Text.Encoding.UTF8.GetBytes(line), $"{path}, line {number},");
        JsonElement ids = ModelJson.Get(json, "ids"), vector = ModelJson.Get(json, "vector");
        try
        {
            return new Golden(
                ModelJson.Get(json, "text").GetString() ?? throw new FormatException("text is null"),
                ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray().Select(id => id.GetInt32())] : null,
                vector.ValueKind == JsonValueKind.Object ? vector.EnumerateObject().ToDictionary(term => int.Parse(term.Name, CultureInfo.InvariantCulture), term => term.Value.GetSingle()) : null);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"{path}, line {number}: \"text\", \"ids\" and \"vector\" {{\"id\": weight}} must stand here: {error.Message}", error);
        }
    }

    private static string Start(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
