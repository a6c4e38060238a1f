using System.Globalization;
using System.Text.Json;

namespace Sparse.Encoders.Tests;

/// <summary>The folder ../shared beside the repository, which a clone alone does not have.</summary>
internal static class SharedData
{
    internal static string SpladeTiny => Folder("models/splade-tiny");

    /// <summary>Path of a folder or file in ../shared; the test is ignored where it is not there.</summary>
    internal static string Folder(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
            {
                string path = Path.Combine(folder.FullName, "..", "shared", name);
                if (Path.Exists(path))
                {
                    return Path.GetFullPath(path);
                }
            }
        }

        Assert.Ignore($"skipped: ../shared/{name} is not here");
        return "";
    }

    /// <summary>The golden texts of splade-tiny.</summary>
    internal static IReadOnlyList<GoldenText> Golden()
    {
        List<GoldenText> texts = [];
        foreach (string line in File.ReadLines(Path.Combine(SpladeTiny, "golden.jsonl")))
        {
            JsonElement json = JsonElement.Parse(line);
            texts.Add(new GoldenText(
                json.GetProperty("text").GetString()!,
                [.. json.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())],
                json.GetProperty("vector").EnumerateObject().ToDictionary(term => int.Parse(term.Name, CultureInfo.InvariantCulture), term => term.Value.GetSingle()),
                json.GetProperty("source_position").EnumerateObject().ToDictionary(term => int.Parse(term.Name, CultureInfo.InvariantCulture), term => term.Value.GetInt32())));
        }

        return texts;
    }

    /// <summary>The first texts of a BEIR corpus, title and text.</summary>
    internal static IReadOnlyList<string> Corpus(string name, int count) =>
        [.. File.ReadLines(Path.Combine(Folder("data/" + name), "corpus.jsonl")).Take(count).Select(line =>
        {
            JsonElement json = JsonElement.Parse(line);
            return json.GetProperty("title").GetString() + " " + json.GetProperty("text").GetString();
        })];
}

/// <param name="Text">The text.</param>
/// <param name="Ids">Its ids, [CLS] and [SEP] included, cut at 512.</param>
/// <param name="Vector">Weights of the reference.</param>
/// <param name="SourcePosition">Winning positions of the heaviest terms.</param>
internal sealed record GoldenText(string Text, int[] Ids, Dictionary<int, float> Vector, Dictionary<int, int> SourcePosition);
