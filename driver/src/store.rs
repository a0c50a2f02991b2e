//! What does a written entry change in the tables, and would a packet notice?

use hdl::{
    bar0::{Command, WINDOW_DWORDS},
    tables::{Exact, Interval, TableId, Tables},
};
use layout::{Bad, Packed, Slice};
use std::hash::Hash;

/// Change `tables` as the card does when `command` is written with these dwords in its window.
///
/// # Errors
/// [`Bad`] if a field of the entry has a code that nobody declared.
pub(crate) fn store(
    tables: &mut Tables,
    command: Command,
    dwords: &[u32; WINDOW_DWORDS],
) -> Result<(), Bad> {
    let bits = Slice::from_slice(dwords);
    match command.table {
        TableId::Attachments => write(&mut tables.attachments, command, bits),
        TableId::Addresses => write(&mut tables.addresses, command, bits),
        TableId::PortClasses => interval(&mut tables.port_classes, command, bits),
        TableId::Routes => interval(&mut tables.routes, command, bits),
        TableId::Rules => write(&mut tables.rules, command, bits),
        TableId::Mappings => write(&mut tables.mappings, command, bits),
        TableId::Appliances => write(&mut tables.appliances, command, bits),
        TableId::Enis => {
            set(&mut tables.enis[usize::from(command.bank)], command.index, take(bits)?.0);
            Ok(())
        }
    }
}

/// Would every packet of that generation be told the same after [`store`] as before?
///
/// # Errors
/// [`Bad`] if a field of the entry has a code that nobody declared.
pub(crate) fn harmless(
    tables: &Tables,
    command: Command,
    dwords: &[u32; WINDOW_DWORDS],
    generation: bool,
) -> Result<bool, Bad> {
    let bits = Slice::from_slice(dwords);
    let slot = command.index;
    match command.table {
        TableId::Attachments => told_the_same(&tables.attachments, slot, bits, generation),
        TableId::Addresses => told_the_same(&tables.addresses, slot, bits, generation),
        TableId::Rules => told_the_same(&tables.rules, slot, bits, generation),
        TableId::Mappings => told_the_same(&tables.mappings, slot, bits, generation),
        TableId::Appliances => told_the_same(&tables.appliances, slot, bits, generation),
        TableId::PortClasses | TableId::Routes | TableId::Enis => Ok(command.bank != generation),
    }
}

/// The value at the beginning, and what follows it.
fn take<T: Packed>(bits: &Slice) -> Result<(T, &Slice), Bad> {
    Ok((T::get(&bits[..T::BITS])?, &bits[T::BITS..]))
}

/// {key, action, lives}
fn entry<K: Packed, A: Packed>(bits: &Slice) -> Result<(K, A, [bool; 2]), Bad> {
    let (key, bits) = take(bits)?;
    let (action, bits) = take(bits)?;
    Ok((key, action, take(bits)?.0))
}

fn write<K: Packed + Eq + Hash, A: Packed>(
    table: &mut Exact<K, A>,
    command: Command,
    bits: &Slice,
) -> Result<(), Bad> {
    let (key, action, lives) = entry(bits)?;
    table.write(command.index, key, action, lives);
    Ok(())
}

fn told_the_same<K: Packed + Eq + Hash, A: Packed + PartialEq>(
    table: &Exact<K, A>,
    slot: u32,
    bits: &Slice,
    generation: bool,
) -> Result<bool, Bad> {
    let g = usize::from(generation);
    let new: (K, A, [bool; 2]) = entry(bits)?;
    // Nobody is told of an entry who was not told the same before.
    if new.2[g] && table.find(&new.0, generation).is_none_or(|(_, action)| action != new.1) {
        return Ok(false);
    }
    // What the slot told, it goes on telling, or another one does.
    let Some(old) = table.slots().get(&slot).filter(|old| old.2[g]) else { return Ok(true) };
    let stays = new.2[g] && (old.0, old.1) == (new.0, new.1);
    let copy = |(at, other): (&u32, &(K, A, [bool; 2]))| {
        *at != slot && other.2[g] && (other.0, other.1) == (old.0, old.1)
    };
    Ok(stays || table.slots().iter().any(copy))
}

fn interval<K: Packed + Default, L: Packed + Default>(
    table: &mut Interval<K, L>,
    command: Command,
    bits: &Slice,
) -> Result<(), Bad> {
    let (start, bits) = take(bits)?;
    let label = take(bits)?.0;
    set(&mut table.banks[usize::from(command.bank)], command.index, (start, label));
    Ok(())
}

fn set<T: Default + Clone>(bank: &mut Vec<T>, index: u32, value: T) {
    let index = index as usize;
    if bank.len() <= index {
        bank.resize(index + 1, T::default());
    }
    bank[index] = value;
}
