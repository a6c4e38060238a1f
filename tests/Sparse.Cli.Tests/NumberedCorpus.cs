using System.Globalization;
using System.Text.Json;

namespace Sparse.Cli.Tests;

/// <summary>As many documents as wanted, with ids 0, 1, 2 and some words each, the same ones every time.</summary>
internal static class NumberedCorpus
{
    private static readonly string[] Words = ["river", "engine", "bread", "vaccine", "star", "coffee", "city", "yeast", "water", "train", "mountain", "light"];

    public static void Write(string path, int count) => File.WriteAllLines(path, Lines(count));

    public static IEnumerable<string> Lines(int count)
    {
        var random = new Random(20261123);
        for (int i = 0; i < count; i++)
        {
            string text = string.Join(' ', Enumerable.Range(0, 30).Select(_ => Words[random.Next(Words.Length)] + random.Next(50).ToString(CultureInfo.InvariantCulture)));
            yield return JsonSerializer.Serialize(new { _id = i.ToString(CultureInfo.InvariantCulture), title = "", text });
        }
    }
}
