using System.Globalization;

namespace Sparse.Encoders.Batches;

/// <summary>The cores that this process may use; two hardware threads of one core share its arithmetic units, which encoding fills.</summary>
internal static class PhysicalCores
{
    /// <summary>Physical cores among the processors that this process may run on, on Linux; elsewhere logical processors. Never more than
    /// a container's share of time allows.</summary>
    internal static int Count { get; } = Math.Min(
        OperatingSystem.IsLinux() ? Among("/sys/devices/system/cpu", "/proc/self/status") : int.MaxValue, Environment.ProcessorCount);

    /// <summary>Counts cores.</summary>
    /// <param name="topology">Linux's folder of processors: cpu0/topology/thread_siblings_list and so on.</param>
    /// <param name="status">Linux's file about a process, with its Cpus_allowed_list.</param>
    /// <returns>Cores with a processor that is allowed; a large number where the system does not say.</returns>
    internal static int Among(string topology, string status)
    {
        const string key = "Cpus_allowed_list:";
        string? allowed = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) : null;
        HashSet<string> cores = [];
        foreach (int cpu in Numbers(allowed?[key.Length..] ?? ""))
        {
            string siblings = Path.Combine(topology, $"cpu{cpu}", "topology", "thread_siblings_list");
            if (File.Exists(siblings))
            {
                cores.Add(File.ReadAllText(siblings));
            }
        }

        return cores.Count == 0 ? int.MaxValue : cores.Count;
    }

    // "0-3,8".
    private static IEnumerable<int> Numbers(string list)
    {
        foreach (string range in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = range.Split('-');
            if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
            {
                for (int cpu = first; cpu <= last; cpu++)
                {
                    yield return cpu;
                }
            }
        }
    }
}
