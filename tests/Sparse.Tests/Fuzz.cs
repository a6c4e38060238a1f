using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;

namespace Sparse.Tests;

/// <summary>Files and texts made at random. Each test of category Fuzz is short, and the same every time, unless SPARSE_FUZZ_SECONDS gives
/// it so many seconds and other seeds: .ci/fuzz.</summary>
internal static partial class Fuzz
{
    // No file of a few kilobytes takes as long or as much on the slowest machine, under the heaviest load.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private const long MostBytes = 2_000_000_000;

    /// <summary>Seconds for each test; −1 for a fixed number of cases.</summary>
    public static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("SPARSE_FUZZ_SECONDS"), out int given) ? given : -1;

    /// <summary>CsCheck's seed; null for another one each time.</summary>
    public static readonly string? Seed = Seconds < 0 ? "0000KOIXNKZ1" : null;

    /// <summary>Texts of pieces that are awkward somewhere, of any UTF-16 unit and of any code point.</summary>
    public static Gen<string> AnyText { get; } = Gen.OneOf(
            Gen.OneOf([.. new[] { "hello", " ", "  ", "\n", "'s", "▁", "Ġ", "the ", "<mask>", "[CLS]", "<", "é", "中", "한", "\0", "\uD83D", "\uDE00", "\u0301", "İ", "ﬁ", "㎏", "１" }.Select(Gen.Const)]),
            Gen.Char.Select(c => c.ToString()),
            Gen.Int[0, 0x10F7FF].Select(c => char.ConvertFromUtf32(c < 0xD800 ? c : c + 0x800)))
        .Array[0, 40].Select(string.Concat);

    /// <summary>Files that were changed at random are read, or refused with one sentence; nothing else escapes, hangs, or takes gigabytes.</summary>
    /// <param name="file">A good file.</param>
    /// <param name="read">Reads bytes in place of the file's.</param>
    /// <param name="iterations">How many changed files.</param>
    /// <param name="refusedShare">The share of them that must be refused at least, so that the test does read them.</param>
    public static void AssertReadOrRefused(byte[] file, Action<byte[]> read, int iterations, double refusedShare)
    {
        int refused = 0, tried = 0;
        long memory = Environment.WorkingSet;
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, file.Length - 1], Gen.Byte.Array[0, 12], Gen.Int[0, 40]).Sample(
            (kind, at, bytes, number) =>
            {
                byte[] changed = Change(file, kind, at, bytes, number);
                tried++;
                Task<long> reading = Task.Factory.StartNew(() => Measured(read, changed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                if (!((IAsyncResult)reading).AsyncWaitHandle.WaitOne(Patience))
                {
                    Fail("hangs", changed);
                }

                try
                {
                    if (reading.GetAwaiter().GetResult() > MostBytes || Environment.WorkingSet - memory > MostBytes)
                    {
                        Fail($"takes {reading.Result:N0} bytes, and the process grew by {Environment.WorkingSet - memory:N0}", changed);
                    }
                }
                catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException)
                {
                    refused++;
                    if (e.Message.Length is < 20 or > 4000 || StackTraceLine().IsMatch(e.Message))
                    {
                        Fail($"is refused with no sentence: {e.Message}", changed);
                    }
                }
                catch (Exception e) when (e is not AssertionException)
                {
                    Fail($"gives {e}", changed);
                }
            },
            seed: Seed, iter: iterations, time: Seconds, threads: 1);
        TestContext.Out.WriteLine($"{refused} of {tried} changed files refused");
        Assert.That(refused, Is.GreaterThan(tried * refusedShare));
    }

    private static long Measured(Action<byte[]> read, byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        read(file);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static byte[] Change(byte[] file, int kind, int at, byte[] bytes, int number) => kind switch
    {
        0 => file[..at],
        1 => [.. file[..at], .. bytes, .. file[Math.Min(file.Length, at + bytes.Length)..]],
        2 => [.. file[..at], .. file[Math.Min(file.Length, at + number)..]],
        3 => Flipped(file, at, bytes),
        4 => [.. file[..at], .. Enumerable.Repeat(bytes.Length == 0 ? "["u8.ToArray() : bytes, number * 100).SelectMany(some => some), .. file[at..]],
        5 => WithNumber(file, at, number),
        _ => bytes,
    };

    private static byte[] Flipped(byte[] file, int at, byte[] bytes)
    {
        byte[] changed = [.. file];
        for (int i = 0; i < bytes.Length; i++)
        {
            changed[(at + (i * 7919)) % file.Length] ^= (byte)(1 << (bytes[i] & 7));
        }

        return changed;
    }

    // The next number written in digits becomes one at some edge.
    private static byte[] WithNumber(byte[] file, int at, int number)
    {
        string[] edges = ["-1", "0", "1e999", "2147483648", "-9223372036854775809", "0.5", "1e-400", "99999999", "[]", "null", "\"\""];
        int start = Array.FindIndex(file, at, c => char.IsAsciiDigit((char)c));
        if (start < 0)
        {
            return file[at..];
        }

        int end = start;
        while (end < file.Length && char.IsAsciiDigit((char)file[end]))
        {
            end++;
        }

        return [.. file[..start], .. edges[number % edges.Length].Select(c => (byte)c), .. file[end..]];
    }

    private static void Fail(string what, byte[] file)
    {
        string kept = Path.Combine(TestContext.CurrentContext.WorkDirectory, string.Create(CultureInfo.InvariantCulture, $"fuzz-{Environment.ProcessId}-{file.Length}.bin"));
        File.WriteAllBytes(kept, file);
        Assert.Fail($"A file of {file.Length} bytes, kept as {kept}, {what}");
    }

    [GeneratedRegex(@"\bat Sparse\.")]
    private static partial Regex StackTraceLine();
}
