using System.Text.Json;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.OpenSearch.Tests;

/// <summary>The 342 help pages of samples/corpus with their 120 questions, indexed once by the built-in model.</summary>
internal static class Pages
{
    private static readonly Lazy<string> Folder = new(Build);

    /// <summary>The built-in model.</summary>
    public static SpladeEncoder Encoder { get; } = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = 64 });

    /// <summary>Its inference-free query side.</summary>
    public static InferenceFreeEncoder Table { get; } = InferenceFreeEncoder.BuiltIn();

    /// <summary>The pages.</summary>
    public static SparseDocument[] All { get; } = [.. Lines("corpus.jsonl").Select((line, i) =>
    {
        var page = new SparseDocument(line.GetProperty("_id").GetString()!, line.GetProperty("text").GetString()!) { Title = line.GetProperty("title").GetString() };
        page.Fields["number"] = $"{i}";
        page.Fields["tag.v1"] = i % 3 == 0 ? "[\"three\",\"all\"]" : "all";
        page.Fields["day"] = $"2026-01-{(i % 28) + 1:00}";
        page.Fields["note"] = $"line {i}\nwith \"quotes\" and 🐢";
        return page;
    })];

    /// <summary>The questions.</summary>
    public static string[] Questions { get; } = [.. Lines("queries.jsonl").Select(line => line.GetProperty("text").GetString()!)];

    public static IndexField[] Fields { get; } = [new("number", FieldKind.Number), new("tag.v1", FieldKind.Keyword), new("day", FieldKind.Date)];

    /// <summary>The index, for reading.</summary>
    public static SparseIndex Open(ITermEncoder? encoder = null) => SparseIndex.OpenReadOnly(Folder.Value, encoder ?? Encoder);

    /// <summary>A copy of the index to change, in a new folder.</summary>
    public static string Copy()
    {
        string copy = Folders.New("pages");
        using SparseIndex index = Open();
        index.Backup(copy);
        return copy;
    }

    private static string Build()
    {
        string folder = Folders.New("pages");
        using SparseIndex index = SparseIndex.Create(folder, Encoder, new SparseIndexOptions { Fields = Fields });
        index.Add(All);
        index.Commit();
        index.Calibrate();
        return folder;
    }

    private static IEnumerable<JsonElement> Lines(string name) =>
        File.ReadLines(Path.Combine(SharedData.Repository, "samples/corpus", name)).Select(line => JsonElement.Parse(line));
}
