namespace Sparse.Encoders.Batches;

/// <summary>The cores that this process may use; two hardware threads of one core share its arithmetic units, which encoding fills.</summary>
internal static class PhysicalCores
{
    private const string Topology = "/sys/devices/system/cpu";

    /// <summary>Physical cores on Linux, elsewhere logical processors; never more than the process may use.</summary>
    internal static int Count { get; } = Measure();

    private static int Measure()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Topology))
        {
            return Environment.ProcessorCount;
        }

        HashSet<string> cores = [];
        foreach (string cpu in Directory.EnumerateDirectories(Topology, "cpu*"))
        {
            string siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
            if (File.Exists(siblings))
            {
                cores.Add(File.ReadAllText(siblings));
            }
        }

        return cores.Count == 0 ? Environment.ProcessorCount : Math.Min(cores.Count, Environment.ProcessorCount);
    }
}
